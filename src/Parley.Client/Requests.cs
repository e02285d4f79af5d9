using Parley.Protocol;

namespace Parley.Client;

/// <summary>Converts between sends and requests.</summary>
internal static class Requests
{
    public static RequestRequest From(SendRequest send, TimeSpan timeout, string key) => new()
    {
        To = send.To,
        MessageType = send.MessageType,
        Content = send.Content,
        Payload = send.Payload,
        Priority = send.Priority,
        TtlSeconds = send.TtlSeconds,
        DeliverAt = send.DeliverAt,
        ConversationThreadId = send.ConversationThreadId,
        ReplyTo = send.ReplyTo,
        Settle = send.Settle,
        Outcome = send.Outcome,
        Supersedes = send.Supersedes,
        TaskId = send.TaskId,
        ExecutionId = send.ExecutionId,
        Metadata = send.Metadata,
        Intent = send.Intent,
        Surface = send.Surface,
        SenderId = send.SenderId,
        IdempotencyKey = key,
        TimeoutSeconds = timeout.TotalSeconds,
    };

    public static RequestResult Result(RequestAnswer answer) => answer.Status switch
    {
        Outcome.Success => new RequestResult.Success(answer.Reply),
        Outcome.Error => new RequestResult.Error(answer.Reply),
        var unknown => throw new System.Diagnostics.UnreachableException($"No result for outcome '{unknown}'."),
    };
}
