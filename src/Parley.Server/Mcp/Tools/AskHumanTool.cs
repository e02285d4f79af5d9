using System.Text.Json;
using ModelContextProtocol.Protocol;
using Parley.Protocol;

namespace Parley.Server.Mcp.Tools;

internal sealed class AskHumanTool() : McpTool("ask_human")
{
    internal override async Task<CallToolResult> CallAsync(ToolCall call)
    {
        var id = call.Arguments.Text("question_id");
        if (id is null)
        {
            if (!call.Arguments.Has("question"))
                return ToolResult.Error("question is missing: say what you want to know, or give the question_id of a question that you asked before.");
            var asked = await call.SendAsync(
                "POST", "/questions",
                body: Fields.Pass("question:content", "options", "default", "deadline", "thread:thread_id", "task:task_id").SetAgent("agent_id"));
            if (asked.IsRefused)
                return ToolResult.Refused(asked);
            if (call.Arguments.Number("wait") is not > 0)
                return Shown(asked);
            id = JsonSerializer.Deserialize(asked.Json, WireJson.Lenient.Question)!.QuestionId;
        }
        else if (Unused(call, "to look at a question", ["question_id", "wait"]) is { } unused)
        {
            return ToolResult.Error(unused);
        }

        var answer = await call.SendAsync("GET", $"/questions/{Uri.EscapeDataString(id)}", Fields.Pass("wait"));
        return answer.IsRefused ? ToolResult.Refused(answer) : Shown(answer);
    }

    private static CallToolResult Shown(LocalAnswer answer)
    {
        var question = JsonSerializer.Deserialize(answer.Json, WireJson.Lenient.Question)!;
        return ToolResult.Of(answer.Json, question.Status == QuestionStatus.Open
            ? $"The question {question.QuestionId} is open. The answer will be a message in your inbox; go on with something else if you can."
            : $"The question {question.QuestionId} is over.");
    }
}
