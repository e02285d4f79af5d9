namespace Parley.Cli.Harnesses;

/// <summary>How to install.</summary>
/// <param name="Program">How harnesses are to call this program.</param>
internal sealed record InstallOptions(string Program)
{
    /// <summary>The agent that the harness runs; null for the one that is named after its folder.</summary>
    internal string? Agent { get; init; }

    /// <summary>Whether urgent messages may refuse a tool that the model asks for.</summary>
    internal bool Interrupt { get; init; }

    /// <summary>Whether to install the MCP server too.</summary>
    internal bool Mcp { get; init; } = true;

    /// <summary>The arguments of <c>parley hook VERB HARNESS</c>.</summary>
    internal string[] Hook(string verb, string harness) =>
        ["hook", verb, harness, .. Agent is null ? (string[])[] : ["--agent", Agent], .. Interrupt && verb == "run" ? (string[])["--interrupt"] : []];

    /// <summary>The arguments of <c>parley mcp</c>.</summary>
    internal string[] McpArguments => ["mcp", .. Agent is null ? (string[])[] : ["--as", Agent]];

    /// <summary>A hook as one line for a shell.</summary>
    internal string Line(string verb, string harness) => string.Join(' ', Hook(verb, harness).Prepend(Program).Select(CommandLine.OwnName.Quoted));
}
