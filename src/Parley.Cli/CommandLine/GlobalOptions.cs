using System.CommandLine;

namespace Parley.Cli.CommandLine;

/// <summary>The options of every command: where the server is, and who to act as.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string?> Url = new("--url")
    {
        Description = "The server's address. Default: PARLEY_URL, or else the server on this machine.",
        HelpName = "URL",
        Recursive = true,
    };

    public static readonly Option<string?> Token = new("--token")
    {
        Description = "The token to use. Default: PARLEY_TOKEN, or else the admin token from the data folder of the server on this machine. "
            + "Prefer the variable: other users on the machine can see command lines.",
        HelpName = "TOKEN",
        Recursive = true,
    };

    public static readonly Option<string?> Project = new("--project")
    {
        Description = "The project. Default: PARLEY_PROJECT, or else the token's project, or else 'default'.",
        HelpName = "ID",
        Recursive = true,
    };

    public static readonly Option<string?> As = new("--as")
    {
        Description = "The agent to act as; on the server's machine, its first use registers it. Default: PARLEY_AGENT, or else the token's owner; "
            + "an admin acts as 'human', the operators' inbox.",
        HelpName = "AGENT",
        Recursive = true,
    };

    public static readonly Option<string?> CaCertificate = new("--cacert")
    {
        Description = "A PEM file with the server's certificate or its authority, if this machine does not trust it. Default: PARLEY_CACERT.",
        HelpName = "FILE",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print JSON: one document, or one line per item if the command keeps running.",
        Recursive = true,
    };

    public static IReadOnlyList<Option> All { get; } = [Url, Token, Project, As, CaCertificate, Json];
}
