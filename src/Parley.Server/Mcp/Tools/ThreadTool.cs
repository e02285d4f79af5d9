using System.Text;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Mcp.Tools;

internal sealed class ThreadTool(TimeProvider clock) : McpTool("thread")
{
    internal override async Task<CallToolResult> CallAsync(ToolCall call)
    {
        if (call.Arguments.Has("message_id"))
            return Unused(call, "to read one message", ["message_id"]) is { } unused ? ToolResult.Error(unused) : Message(await call.SendAsync("GET", "/messages/{message_id}"));
        if (!call.Arguments.Has("thread_id"))
            return List(await call.SendAsync("GET", "/threads", Fields.Pass("after", "limit")));
        if (call.Arguments.Flag("digest") == true)
            return List(await call.SendAsync("GET", "/threads/{thread_id}/digest"));
        return Thread(await call.SendAsync("GET", "/threads/{thread_id}", Fields.Pass("after", "limit")));
    }

    private static CallToolResult List(LocalAnswer answer) => answer.IsRefused ? ToolResult.Refused(answer) : ToolResult.Of(answer.Json);

    private CallToolResult Message(LocalAnswer answer)
    {
        if (answer.IsRefused)
            return ToolResult.Refused(answer);
        var text = new StringBuilder();
        var message = JsonSerializer.Deserialize(answer.Json, WireJson.Lenient.Message)!;
        MessageText.Append(text, [message], clock.GetUtcNow());
        return ToolResult.Of(text.ToString(), [ToolResult.Ids(message)]);
    }

    private CallToolResult Thread(LocalAnswer answer)
    {
        if (answer.IsRefused)
            return ToolResult.Refused(answer);
        var thread = JsonSerializer.Deserialize(answer.Json, WireJson.Lenient.ThreadView)!;
        var text = new StringBuilder();
        text.Append("Thread ").Append(thread.ConversationThreadId).Append(", ").Append(thread.Messages).Append(thread.Messages == 1 ? " message" : " messages")
            .Append(", with ").Append(SafeText.Of(string.Join(", ", thread.Participants))).Append(".\n");
        MessageText.Append(text, thread.Items, clock.GetUtcNow());
        if (thread.Next is { } next)
            text.Append("There is more: call thread again with after: ").Append(next).Append(".\n");
        return ToolResult.Of(text.ToString(), thread.Items.Select(ToolResult.Ids));
    }
}
