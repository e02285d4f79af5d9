using ModelContextProtocol.Protocol;

namespace Parley.Server.Mcp.Tools;

internal sealed class AgentsTool() : McpTool("agents")
{
    internal override async Task<CallToolResult> CallAsync(ToolCall call)
    {
        var answer = call.Arguments.Has("agent_id")
            ? await call.SendAsync("GET", "/agents/{agent_id}")
            : await call.SendAsync("GET", "/agents", Fields.Pass("text:q", "capability", "role", "squad", "status", "limit"));
        return answer.IsRefused ? ToolResult.Refused(answer) : ToolResult.Of(answer.Json, $"You are {call.Caller.AgentId}.");
    }
}
