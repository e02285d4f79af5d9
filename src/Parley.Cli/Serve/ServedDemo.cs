using Parley.Cli.CommandLine;
using Parley.Cli.Demo;
using Parley.Cli.Demo.Show;
using Parley.Client;
using Parley.Server;
using Parley.Server.Settings;

namespace Parley.Cli.Serve;

/// <summary>What a server plays by itself once it is ready.</summary>
internal enum ServedPlay
{
    Nothing,

    /// <summary>A fleet that goes on living until the server stops.</summary>
    Show,

    /// <summary>The seven messages of the squad.</summary>
    Quiet,
}

/// <summary>Plays a demo on the server in this process, through its address, like any other client.</summary>
internal static class ServedDemo
{
    private const string Project = "default";

    /// <summary>Plays it once. If it fails, the error is printed, and the server continues.</summary>
    public static async Task PlayAsync(ServedPlay play, RunningServer server, ServerSettings settings, Call call, CancellationToken stopping)
    {
        if (play == ServedPlay.Nothing)
            return;
        try
        {
            var token = await File.ReadAllTextAsync(Path.Combine(settings.DataFolder, "admin.token"), stopping);
            var options = new ParleyOptions { Url = server.LocalAddress.ToString(), Token = token.Trim(), Project = Project, TimeProvider = call.Time };
            await using var api = ParleyApi.Open(options);
            if (play == ServedPlay.Quiet)
                await new DemoPlayer(api, options, new DemoStage(call.Terminal, call.Time), fast: false).PlayAsync(SquadScript.Script, stopping);
            else
                await ShowPlayer.PlayAsync(api, options, call.Terminal.Note, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The server was told to stop during the demo.
        }
        catch (Exception failure) when (Failure.Of(failure, stopping) is not null)
        {
            // A server that stops refuses what the demo still asks for.
            if (!stopping.IsCancellationRequested)
                call.Terminal.Note($"The demo could not be played: {failure.Message}");
        }
    }
}
