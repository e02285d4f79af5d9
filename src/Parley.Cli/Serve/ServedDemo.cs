using Parley.Cli.CommandLine;
using Parley.Cli.Demo;
using Parley.Client;
using Parley.Server;
using Parley.Server.Settings;

namespace Parley.Cli.Serve;

/// <summary>Plays the squad demo on the server in this process, through its address, like any other client.</summary>
internal static class ServedDemo
{
    /// <summary>Plays it once. If it fails, the error is printed, and the server continues.</summary>
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
            // The server was told to stop during the demo.
        }
        catch (Exception failure) when (Failure.Of(failure, stopping) is not null)
        {
            call.Terminal.Note($"The demo could not be played: {failure.Message}");
        }
    }
}
