using Parley.Cli.CommandLine;
using Parley.Cli.Demo;
using Parley.Client;
using Parley.Server;
using Parley.Server.Settings;

namespace Parley.Cli.Serving;

/// <summary>Runs the server in this process, from its settings to its last goodbye.</summary>
internal static class ServerHost
{
    public static async Task<ExitCode> RunAsync(Call call, IReadOnlyDictionary<string, string> flags, bool demo)
    {
        var read = SettingsReader.Read(SettingsSources.OfProcess(flags));
        if (read.Settings is not { } settings)
        {
            foreach (var error in read.Errors)
                await Console.Error.WriteLineAsync(error.ToString());
            return ExitCode.UsedWrongly;
        }

        RunningServer server;
        try
        {
            server = await ParleyServer.BuildAsync(settings, call.Time, call.Cancellation);
        }
        catch (StartRefusedException refused)
        {
            throw new CommandException(ExitCode.Failed, refused.Message, remedy: null, refused);
        }

        await using (server)
        {
            try
            {
                await server.StartAsync(call.Cancellation);
            }
            catch (IOException taken)
            {
                throw new CommandException(
                    ExitCode.Failed, $"Parley can not listen on {settings.Host}:{settings.Port}: {taken.Message}", "Name another port with --port (0 takes a free one).", taken);
            }

            Announce(server, settings);
            if (demo)
                await PlayAsync(call, server);
            await WaitAsync(server, call.Cancellation);
        }

        return ExitCode.Done;
    }

    private static void Announce(RunningServer server, ServerSettings settings)
    {
        Console.WriteLine($"Parley is listening on {server.Address.GetLeftPart(UriPartial.Authority)}");
        Console.WriteLine($"  data    {settings.DataFolder}");
        Console.WriteLine($"  storage {server.Storage}");
        Console.WriteLine($"  tokens  {server.AdminTokenFile} opens everything; 'parley token create' makes more");
        if (!settings.HasTls && !server.Address.IsLoopback)
            Console.WriteLine("  warning not on loopback and without TLS: tokens can be read on the way. Use --tls-cert and --tls-key, or a proxy.");
    }

    private static async Task PlayAsync(Call call, RunningServer server)
    {
        var options = new ParleyOptions
        {
            Url = server.Address.GetLeftPart(UriPartial.Authority),
            Token = (await File.ReadAllTextAsync(server.AdminTokenFile, call.Cancellation)).Trim(),
            DataFolder = Path.GetDirectoryName(server.AdminTokenFile),
            TimeProvider = call.Time,
        };
        await using var api = ParleyApi.Open(options);
        await new DemoPlayer(api, options, new DemoStage(call.Terminal, call.Time), fast: false).PlayAsync(SquadScript.Script, call.Cancellation);
    }

    private static async Task WaitAsync(RunningServer server, CancellationToken cancellationToken)
    {
        try
        {
            await server.WaitForShutdownAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C and SIGTERM are how a server ends.
        }
    }
}
