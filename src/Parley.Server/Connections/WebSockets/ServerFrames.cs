using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.Events;
using Parley.Server.Mailboxes;
using Parley.Server.Memory;
using Parley.Server.Tasks;
using Parley.Server.Wire;

namespace Parley.Server.Connections.WebSockets;

/// <summary>The frames that the server sends over a socket, for their documentation.</summary>
internal static class ServerFrames
{
    internal static IReadOnlyList<FrameMeaning> All { get; } =
    [
        new(FrameEvents.Welcome, "The first frame of a connection.", typeof(Welcome))
        {
            Examples =
            [
                $$"""
                {"agent": {{AgentsConcept.AnAgent}}, "session_id": "2e194b96b60e4b2d8dbaeceab162df6b", "heartbeat_seconds": 15, "window": 64, "place": "1769090212-1042", "server_time": "2026-01-22T13:56:52.551Z"}
                """,
            ],
        },
        new(FrameEvents.MessageReceived, "A delivery, leased to this connection.", typeof(InboxItem)) { Examples = [MailboxExamples.AnInboxItem] },
        new(FrameEvents.Ok, "A frame with an id succeeded; `data` is the answer, if it has one.", null),
        new(FrameEvents.Error, "A frame was refused. Has the frame's id, if it had one.", typeof(Problem))
        {
            Examples = [ProblemExamples.Of(ErrorCodes.InvalidRequest).ToJsonString()],
        },
        new(FrameEvents.Answer, "The first reply to a request, with the request's id.", typeof(RequestAnswer))
        {
            Examples = [$$"""{"status": "success", "reply": {{MailboxExamples.AReply}}}"""],
        },
        new(FrameEvents.TaskAssigned, "A task was assigned to the agent. Its mailbox also has a message about it.", typeof(AgentTask)) { Examples = [TaskKinds.ATask] },
        new(FrameEvents.TaskUpdated, "A task that the agent created, has, or had changed.", typeof(AgentTask)) { Examples = [TaskKinds.ATask] },
        new(FrameEvents.Event, "An event that was published, with `notify=all`.", typeof(EventRecord)) { Examples = [EventsConcept.AnEvent] },
        new(FrameEvents.MemoryUpdated, "A shared memory entry after a change, with `notify=all`.", typeof(MemoryEntry)) { Examples = [MemoryConcept.AnEntry] },
        new(FrameEvents.MemoryRemoved, "A shared memory entry that was deleted or expired, with its last state, with `notify=all`.", typeof(MemoryEntry))
        {
            Examples = [MemoryConcept.AnEntry],
        },
        new(FrameEvents.Snapshot, "A part of a feed's current state, if the subscription asked for it.", typeof(FeedSnapshot))
        {
            Examples = [$$"""{"subscription": "7", "feed": "messages", "items": [{{MailboxExamples.AMessage}}], "done": false}"""],
        },
        new(FrameEvents.Change, "One entry of a feed.", typeof(Change))
        {
            Examples = [$$"""{"subscription": "7", "feed": "messages", "place": "1769090212-1043", "op": "put", "item": {{MailboxExamples.AReply}}}"""],
        },
    ];
}
