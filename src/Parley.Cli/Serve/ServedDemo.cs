using Parley.Cli.CommandLine;
using Parley.Cli.Demo;
using Parley.Client;
using Parley.Server;
using Parley.Server.Settings;

namespace Parley.Cli.Serve;

/// <summary>The squad demo against the server of this very process: over its address, as anybody else would.</summary>
internal static class ServedDemo
{
    /// <summary>Plays it once. Whatever goes wrong in it is told, and the server goes on.</summary>
    public static async Task PlayAsync(RunningServer server, ServerSettings settings, Call call, CancellationToken stopping)
    {
        try
        {
            var token = await File.ReadAllTextAsync(Path.Combine(settings.DataFolder, "admin.token"), stopping);
            var options = new ParleyOptions { Url = server.LocalAddress.ToString(), Token = token.Trim(), Project = "default", TimeProvider = call.Time };
            await using var api = ParleyApi.Open(options);
            await new DemoPlayer(api, options, new DemoStage(call.Terminal, call.Time), fast: false).PlayAsync(SquadScript.Script, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server is told to stop in the middle of the play.
        }
        catch (Exception failure) when (Failure.Of(failure, stopping) is not null)
        {
            call.Terminal.Note($"The demo could not be played: {failure.Message}");
        }
    }
}
