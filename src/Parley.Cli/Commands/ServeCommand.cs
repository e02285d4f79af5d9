using System.CommandLine;
using Parley.Cli.CommandLine;

namespace Parley.Cli.Commands;

/// <summary><c>parley serve</c></summary>
internal static class ServeCommand
{
    // A setting that is absent here is looked for in the environment, then in parley.json; the server judges the values, all at once.
    private static readonly Option<string?>[] Settings =
    [
        new("--host") { Description = "Address to listen on; 127.0.0.1 if absent.", HelpName = "ADDRESS" },
        new("--port") { Description = "Port to listen on; 8080 if absent, 0 takes a free one.", HelpName = "PORT" },
        new("--data") { Description = "Folder for the database and the tokens; ~/.local/share/parley if absent.", HelpName = "DIR" },
        new("--database") { Description = "Database; SQLite in the data folder if absent.", HelpName = "URL" },
        new("--config") { Description = "Settings file; parley.json if absent and there.", HelpName = "FILE" },
        new("--tls-cert") { Description = "Certificate (PEM): the server then speaks https.", HelpName = "FILE" },
        new("--tls-key") { Description = "Its private key (PEM).", HelpName = "FILE" },
        new("--log-level") { Description = "trace, debug, information, warning or error; information if absent.", HelpName = "LEVEL" },
        new("--log-file") { Description = "File for the log; standard error if absent.", HelpName = "FILE" },
    ];

    public static Command Create()
    {
        var demo = new Option<bool>("--demo") { Description = "Plays the squad demo once, as soon as the server is ready." };
        var command = new CliCommand("serve", "Starts the server. Ctrl-C stops it, in good order.",
            "parley serve", "parley serve --demo", "parley serve --host 0.0.0.0 --port 8443 --tls-cert cert.pem --tls-key key.pem")
        {
            demo,
        };
        foreach (var setting in Settings)
            command.Options.Add(setting);
        return command.Does(_ => throw new NotSupportedException());
    }
}
