using ModelContextProtocol.Protocol;

namespace Parley.Server.Mcp.Tools;

/// <summary>What a tool does. It checks nothing that the API checks.</summary>
internal abstract class McpTool(string name)
{
    /// <summary>As in <see cref="ToolDeclarations"/>.</summary>
    internal string Name => name;

    internal abstract Task<CallToolResult> CallAsync(ToolCall call);

    /// <summary>Refuses arguments that the chosen action does not use: the model meant something by them.</summary>
    protected string? Unused(ToolCall call, string action, IEnumerable<string> used)
    {
        var unused = call.Arguments.Names.Except(used, StringComparer.Ordinal).ToList();
        return unused.Count == 0 ? null : $"{Name} with action {action} does not use {string.Join(", ", unused)}.";
    }
}
