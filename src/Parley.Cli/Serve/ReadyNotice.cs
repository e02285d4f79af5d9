using System.Net;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Server;
using Parley.Server.Settings;
using Spectre.Console;

namespace Parley.Cli.Serve;

/// <summary>What a server says once it is ready: where it listens, the file or the database that its data is in, and how to get a token.</summary>
internal sealed class ReadyNotice(RunningServer server, ServerSettings settings)
{
    /// <param name="playing">Whether a demo starts by itself, so that the notice does not have to suggest it.</param>
    /// <param name="signIn">A link that signs the person's browser in.</param>
    public void Show(Terminal terminal, bool playing, Uri signIn)
    {
        try
        {
            Write(terminal, playing, signIn);
        }
        catch (IOException gone) when (gone.HResult == StandardOutput.NobodyReads)
        {
            // The program that started the server has read the first line and reads no more. That is no reason to stop.
        }
    }

    private void Write(Terminal terminal, bool playing, Uri signIn)
    {
        var address = server.Address.GetLeftPart(UriPartial.Authority);
        if (terminal.Json)
        {
            terminal.WriteJson(new ServerReady(address, settings.DataFolder, server.Storage, signIn.AbsoluteUri), OutputJson.Lines.ServerReady);
            return;
        }

        // Scripts wait for exactly this line.
        terminal.WriteLine($"Parley is listening on {address}");
        Fact(terminal, "data", settings.Database is PostgresAddress ? server.Storage : $"{settings.DatabaseFile}, in {server.Storage}");
        var commands = new NextCommands(settings, OwnName.Text, SettingsSources.UsualDataFolder);
        Fact(terminal, "token", Path.Combine(settings.DataFolder, "admin.token"));
        // As it is: a link that is wrapped could not be clicked.
        terminal.WriteLine($"  {"open",-6} {signIn.AbsoluteUri}");
        Fact(terminal, "", $"signs your browser in: once, within 10 minutes. For another link: {commands.Of("dashboard")}");
        Fact(terminal, "next", $"{commands.Of("watch")}    in another terminal: follow the conversation");
        if (!playing)
            Fact(terminal, "", $"{commands.Of("demo team")}    in a third: watch five agents do a small project, and answer their question");
        if (!settings.HasTls && !IsLoopback())
            terminal.Notes.MarkupLine("[yellow]Other machines can reach this server, and without TLS, anyone on the network can read their tokens: "
                + "give --tls-cert and --tls-key, or use a proxy with HTTPS.[/]");
    }

    private static void Fact(Terminal terminal, string name, string value) =>
        terminal.Text.MarkupLine($"  [grey]{name,-6}[/] {PlainText.Escape(value)}");

    private bool IsLoopback() =>
        settings.Host == "localhost" || (IPAddress.TryParse(settings.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
