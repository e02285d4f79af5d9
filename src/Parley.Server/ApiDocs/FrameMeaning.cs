using Parley.Protocol;

namespace Parley.Server.ApiDocs;

/// <summary>What a frame is for and what it carries.</summary>
/// <param name="Name">The <c>event</c> of the frame.</param>
/// <param name="Data">The type of its <c>data</c>; null: none.</param>
/// <param name="Answer">The type of the data of <c>ok</c>, when the frame asked for an answer; null: none.</param>
internal sealed record FrameMeaning(string Name, string Summary, Type? Data, Type? Answer = null)
{
    /// <summary>Whether <c>{"items": [...]}</c> may stand for one.</summary>
    internal bool TakesItems { get; init; }
}

/// <summary>Every frame, in words.</summary>
internal static class FrameMeanings
{
    internal static IReadOnlyList<FrameMeaning> FromClients { get; } =
    [
        new(FrameEvents.AgentRegister, "Change what the agent is; what is absent stays.", typeof(RegisterRequest), typeof(Agent)),
        new(FrameEvents.AgentHeartbeat, "Give a sign of life. Pongs count too, so this is for clients that can not answer pings.", null, typeof(Agent)),
        new(FrameEvents.AgentStatus, "Say how the agent is and what it is doing.", typeof(StatusRequest), typeof(Agent)),
        new(FrameEvents.MessageSend, "Put a message in its recipients' mailboxes.", typeof(SendRequest), typeof(SendAnswer)) { TakesItems = true },
        new(FrameEvents.MessageReply, "Reply to a message; without `to` it goes to whoever sent that.", typeof(ReplyRequest), typeof(SendAnswer)) { TakesItems = true },
        new(FrameEvents.RequestSend, "Send a message and wait for its first reply: `ok` when it is stored, then `answer`, or `error` with `request_timeout`.", typeof(RequestRequest), typeof(SendAnswer)),
        new(FrameEvents.MessageAck, "Settle a delivery: it is done.", typeof(SettleItem)) { TakesItems = true },
        new(FrameEvents.MessageNack, "Give a delivery back: it is queued again, or dead after its last attempt.", typeof(SettleItem)) { TakesItems = true },
        new(FrameEvents.MessageExtend, "Hold a delivery longer.", typeof(SettleItem)) { TakesItems = true },
        new(FrameEvents.MessageSurfaced, "Say that the model has seen it.", typeof(SettleItem)) { TakesItems = true },
        new(FrameEvents.MailboxFilter, "Say what this connection takes; the rest stays queued.", typeof(MailboxFilter)),
        new(FrameEvents.Window, "Say how many unacknowledged messages the server may have out.", typeof(WindowRequest)),
        new(FrameEvents.Subscribe, "Follow feeds of the log.", typeof(SubscribeRequest), typeof(SubscribeAnswer)),
        new(FrameEvents.Unsubscribe, "Follow them no longer.", typeof(UnsubscribeRequest)),
    ];

    internal static IReadOnlyList<FrameMeaning> FromServer { get; } =
    [
        new(FrameEvents.Welcome, "The first frame of a connection.", typeof(Welcome)),
        new(FrameEvents.MessageReceived, "A delivery, leased to this connection.", typeof(InboxItem)),
        new(FrameEvents.Ok, "A frame that had an id is done; `data` is that frame's answer, where it has one.", null),
        new(FrameEvents.Error, "A frame was refused. With the frame's id, where it had one.", typeof(Problem)),
        new(FrameEvents.Answer, "The first reply to a request, with the request's id.", typeof(RequestAnswer)),
        new(FrameEvents.Snapshot, "A part of a feed's state as it is, where the subscription asked for it.", typeof(FeedSnapshot)),
        new(FrameEvents.Change, "One entry of a feed.", typeof(Change)),
    ];

    /// <summary>The events of streams over HTTP, by their names.</summary>
    internal static IReadOnlyList<FrameMeaning> OfStreams { get; } =
    [
        new("place", "Where the reader is: at the start, and every 15 s while nothing comes.", null),
        new("message", "A message, or what is left of a deleted one.", typeof(Message)),
        new("status", "Where an execution stands, with its new log lines.", typeof(ExecutionStatusEvent)),
        new("completion", "How an execution ended. On its own stream the server closes after it; who comes back past it gets 204.", typeof(ExecutionCompletionEvent)),
        new("event", "Something that happened, on the streams of projects and events.", typeof(EventRecord)),
        new("gap", "The place asked for is no longer there: what lies between is not told.", null),
        new("error", "The stream itself failed; come back by the last place.", null),
    ];
}
