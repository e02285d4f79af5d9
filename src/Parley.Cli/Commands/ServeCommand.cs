using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.ExportImport;
using Parley.Cli.Serve;
using Parley.Server;
using Parley.Server.Settings;

namespace Parley.Cli.Commands;

/// <summary><c>parley serve</c></summary>
internal static class ServeCommand
{
    private const string Show = "show", Quiet = "quiet";

    private const string ConfigFlag = "--" + SettingsTable.ConfigName;

    public static Command Create()
    {
        Option<string?>[] flags = [.. SettingsTable.All.Where(setting => setting.Flag is not null).Select(Flag), Config()];
        var demo = new Option<string?>("--demo")
        {
            Description = $"Play a demo once the server is ready: {Show} (if you leave it out) fills an empty project with a fleet that goes on living, {Quiet} plays the squad's seven messages.",
            HelpName = $"{Show}|{Quiet}",
            Arity = ArgumentArity.ZeroOrOne,
        };
        demo.AcceptOnlyFromAmong(Show, Quiet);

        var command = new CliCommand("serve",
            "Starts the server. Ctrl-C stops it gracefully. For settings without a flag, use PARLEY_NAME or the settings file.",
            "parley serve",
            "parley serve --demo",
            "parley serve --host 0.0.0.0 --port 8443 --tls-cert cert.pem --tls-key key.pem")
        {
            demo,
        };
        foreach (var flag in flags)
            command.Options.Add(flag);
        return command.Does(call => ServeAsync(call, flags, Play(call, demo)));
    }

    private static async Task<ExitCode> ServeAsync(Call call, IReadOnlyList<Option<string?>> flags, ServedPlay play)
    {
        var settings = StoreFlags.ReadSettings(call, flags);
        await using var server = await StartAsync(call, settings);
        new ReadyNotice(server, settings).Show(call.Terminal, play != ServedPlay.Nothing, await server.MakeSignInLinkAsync(call.Cancellation));
        await using var collection = QuietCollection.Start(call.Time);

        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        var demo = ServedDemo.PlayAsync(play, server, settings, call, stopping.Token);
        try
        {
            await server.WaitForShutdownAsync(call.Cancellation);
        }
        catch (OperationCanceledException) when (call.Cancellation.IsCancellationRequested)
        {
            // Ctrl-C: what follows is the regular shutdown.
        }

        await stopping.CancelAsync();
        await demo;
        return ExitCode.Done;
    }

    private static ServedPlay Play(Call call, Option<string?> demo) =>
        call.Arguments.GetResult(demo) is null ? ServedPlay.Nothing
        : call.Arguments.GetValue(demo) == Quiet ? ServedPlay.Quiet
        : ServedPlay.Show;

    private static async Task<RunningServer> StartAsync(Call call, ServerSettings settings)
    {
        try
        {
            var server = await ParleyServer.BuildAsync(settings, call.Time, call.Cancellation);
            await server.StartAsync(call.Cancellation);
            return server;
        }
        catch (PortInUseException taken) when (!call.Cancellation.IsCancellationRequested)
        {
            var holder = await PortHolder.FindAsync(taken.Host, taken.Port, call.Cancellation);
            throw new CommandException(
                ExitCode.Failed,
                holder is null ? taken.Message : $"Port {taken.Port} of {taken.Host} is in use by {holder}. Stop it, or choose another port with --port (0 picks a free one).",
                remedy: null,
                taken);
        }
        catch (StartRefusedException refused)
        {
            throw new CommandException(ExitCode.Failed, refused.Message, remedy: null, refused);
        }
    }

    // The server validates the values, all at once and wherever they come from. Here, they are only text.
    private static Option<string?> Flag(Setting setting) => new(setting.Flag!)
    {
        Description = setting.DefaultText.Length > 0 ? $"{setting.Meaning} Default: {setting.DefaultText}." : setting.Meaning,
        HelpName = setting.Name.ToUpperInvariant(),
    };

    private static Option<string?> Config() => new(ConfigFlag)
    {
        Description = "The settings file. Default: parley.json, if it exists.",
        HelpName = "FILE",
    };
}
