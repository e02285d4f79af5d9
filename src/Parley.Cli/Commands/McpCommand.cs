using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Mcp;

namespace Parley.Cli.Commands;

/// <summary><c>parley mcp</c></summary>
internal static class McpCommand
{
    public static Command Create() =>
        new CliCommand("mcp", "Serves MCP on standard input and output, for the agent that starts it. Reaches the server when a tool is called.",
            "parley mcp", "parley mcp --as be-1", "claude mcp add parley -- parley mcp")
        .Does(async call =>
        {
            await McpProxy.RunAsync(call);
            return ExitCode.Done;
        });
}
