using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Says what is wrong with a send that <see cref="SendReader"/> did not accept.</summary>
internal static class SendDiagnosis
{
    internal static ApiProblem Explain(ReadOnlyMemory<byte> json, SendShape shape)
    {
        if (json.IsEmpty)
            return Problems.InvalidField(JsonDiagnosis.WholeBody, "is empty; expected an object");
        var data = json.Span;
        return shape switch
        {
            SendShape.Broadcast => Explain<BroadcastRequest>(data),
            SendShape.Request => Explain<RequestRequest>(data),
            SendShape.Reply => Explain<ReplyRequest>(data),
            _ => Explain<SendRequest>(data),
        };
    }

    private static ApiProblem Explain<T>(ReadOnlySpan<byte> data)
        where T : SendRequest
    {
        // First what does not match the type at all, then invalid values of the right type.
        if (!JsonInput.TryRead<T>(data, out var send, out var problem))
            return problem;
        return new Validation()
            .Check(send is not BroadcastRequest { To: not null }, "to", "is not a field of a broadcast: it goes to everybody")
            .Check(send is not ReplyRequest { ReplyTo: not null }, "reply_to", "is not a field of a reply: use message_id for the message that it answers")
            .Defined("priority", send.Priority)
            .Uuid("conversation_thread_id", send.ConversationThreadId)
            .Uuid("reply_to", send.ReplyTo)
            .Uuid("message_id", (send as ReplyRequest)?.MessageId)
            .Uuid("supersedes", send.Supersedes)
            .Uuid("execution_id", send.ExecutionId)
            .Problem ?? Problems.InvalidField(JsonDiagnosis.WholeBody, "cannot be read as a send");
    }
}
