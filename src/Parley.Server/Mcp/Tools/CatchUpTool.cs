using ModelContextProtocol.Protocol;

namespace Parley.Server.Mcp.Tools;

internal sealed class CatchUpTool() : McpTool("catch_up")
{
    internal override async Task<CallToolResult> CallAsync(ToolCall call)
    {
        var answer = await call.SendAsync("GET", "/agents/{me}/catch-up", Fields.Pass("budget_tokens"));
        return answer.IsRefused ? ToolResult.Refused(answer) : ToolResult.Of(answer.Json);
    }
}
