using System.CommandLine;

namespace Parley.Cli.CommandLine;

/// <summary>What every command takes: where the server is, and as whom it is spoken to.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Url = new("--url")
    {
        Description = "The server's address; PARLEY_URL, else that of the server on this machine.",
        HelpName = "URL",
        Recursive = true,
    };

    public static readonly Option<string?> Token = new("--token")
    {
        Description = "The token to show; PARLEY_TOKEN, else the admin's from the data folder of the server on this machine. "
            + "Prefer the variable: other users of a machine can see a command's words.",
        HelpName = "TOKEN",
        Recursive = true,
    };

    public static readonly Option<string?> Project = new("--project")
    {
        Description = "The project; PARLEY_PROJECT, else what the token says, else 'default'.",
        HelpName = "ID",
        Recursive = true,
    };

    public static readonly Option<string?> As = new("--as")
    {
        Description = "The agent to act as; PARLEY_AGENT. Without it one acts as the token's owner, and an admin as 'human', the operators' inbox.",
        HelpName = "AGENT",
        Recursive = true,
    };

    public static readonly Option<string?> CaCertificate = new("--cacert")
    {
        Description = "A PEM file with the server's certificate, or that of its authority, where this machine does not trust it; PARLEY_CACERT.",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Answer in JSON: one document, or one line an item for what goes on.",
        Recursive = true,
    };

    public static IReadOnlyList<Option> All { get; } = [Url, Token, Project, As, CaCertificate, Json];
}
