using System.Text;
using System.Text.Json;
using ModelContextProtocol.Protocol;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Mcp.Tools;

internal sealed class SendTool() : McpTool("send")
{
    internal override async Task<CallToolResult> CallAsync(ToolCall call)
    {
        var answer = await call.SendAsync("POST", "/messages", body: Fields
            .Pass("to", "content", "type:message_type", "payload", "priority", "intent", "thread:conversation_thread_id", "task:task_id", "idempotency_key")
            .SetAgent("sender_id"));
        return answer.IsRefused ? ToolResult.Refused(answer) : Sent.Shown(answer);
    }
}

internal sealed class ReplyTool() : McpTool("reply")
{
    internal override async Task<CallToolResult> CallAsync(ToolCall call)
    {
        var found = await call.SendAsync("GET", "/messages/{message_id}");
        if (found.IsRefused)
            return ToolResult.Refused(found);
        var sender = JsonSerializer.Deserialize(found.Json, WireJson.Lenient.Message)!.SenderId;
        var answer = await call.SendAsync("POST", "/messages", body: Fields
            .Pass("message_id:reply_to", "content", "payload", "outcome", "intent", "priority", "idempotency_key")
            .Set("to", sender).SetAgent("sender_id"));
        return answer.IsRefused ? ToolResult.Refused(answer) : Sent.Shown(answer);
    }
}

internal sealed class RequestTool(TimeProvider clock) : McpTool("request")
{
    private const double UsualWait = 30;

    internal override async Task<CallToolResult> CallAsync(ToolCall call)
    {
        var wait = Math.Clamp(call.Arguments.Number("wait") ?? UsualWait, 1, ToolDeclarations.LongestWait);
        var answer = await call.SendAsync("POST", "/requests", body: Fields
            .Pass("to", "content", "type:message_type", "payload", "priority", "thread:conversation_thread_id", "task:task_id", "idempotency_key")
            .Set("timeout_seconds", wait).SetAgent("sender_id"));
        if (answer.IsRefused)
            return NoReply(answer) ?? ToolResult.Refused(answer);
        var reply = JsonSerializer.Deserialize(answer.Json, WireJson.Lenient.RequestAnswer)!;
        var text = new StringBuilder().Append("The reply says ").Append(WireType.WordOf(reply.Status)).Append(".\n");
        MessageText.Append(text, [reply.Reply], clock.GetUtcNow());
        return ToolResult.Of(text.ToString(), [ToolResult.Ids(reply.Reply)]);
    }

    /// <summary>That nobody has answered yet is no error: the message is there.</summary>
    private static CallToolResult? NoReply(LocalAnswer answer) =>
        JsonSerializer.Deserialize(answer.Json, WireJson.Lenient.Problem) is { Code: ErrorCodes.RequestTimeout, Detail: var detail }
            ? ToolResult.Of($"{detail} The request was sent and stays open. Do not send it again; read your inbox later.")
            : null;
}

/// <summary>What a sender learns.</summary>
internal static class Sent
{
    internal static CallToolResult Shown(LocalAnswer answer)
    {
        var sent = JsonSerializer.Deserialize(answer.Json, WireJson.Lenient.SendAnswer)!;
        var text = new StringBuilder();
        text.Append(sent.Duplicate ? "It was sent before, as message " : "Sent as message ").Append(sent.MessageId).Append(" in thread ").Append(sent.ConversationThreadId).Append(".\n");
        foreach (var one in sent.Deliveries)
        {
            text.Append("- ").Append(one.AgentId).Append(": ").Append(WireType.WordOf(one.Status)).Append(", ").Append(WireType.WordOf(one.Activity));
            if (one.Refused is { } refused)
                text.Append(", not delivered: ").Append(refused);
            else if (one.Outlook is { } outlook)
                text.Append(", delivery ").Append(WireType.WordOf(outlook));
            text.Append('\n');
        }

        if (sent.DeliveriesTotal > sent.Deliveries.Count)
            text.Append("- and ").Append(sent.DeliveriesTotal - sent.Deliveries.Count).Append(" more\n");
        else if (sent.DeliveriesTotal == 0)
            text.Append("Nobody is there to get it.\n");
        return ToolResult.Of(text.ToString(), JsonElement.Parse(answer.Json));
    }
}
