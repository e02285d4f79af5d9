namespace Parley.Server.Log;

/// <summary>What an entry records.</summary>
internal enum EntryKind : byte
{
    Message = 1,

    /// <summary>A scheduled or held message is released to its recipients.</summary>
    Release = 2,

    Deletion = 3,
    Reaction = 4,

    /// <summary>A delivery ran out of attempts.</summary>
    Death = 5,

    /// <summary>A delivery ran out of time.</summary>
    Expiry = 6,

    /// <summary>An agent registered, changed, came online, or went offline.</summary>
    Agent = 7,

    Execution = 8,
    Squad = 9,
    Event = 10,

    /// <summary>What an admin or operator did.</summary>
    Audit = 11,

    /// <summary>A task was created or changed. Its first entry opens the thread of its messages.</summary>
    Task = 20,

    /// <summary>A workflow was started or changed. Its first entry opens the thread of its messages.</summary>
    Workflow = 28,
}

/// <summary>Who may read an entry; used by <see cref="Visibility"/>. The numbers are stored, so they must not change.</summary>
internal enum Audience : byte
{
    /// <summary>Its sender, its recipients, and the participants of its thread.</summary>
    Named = 0,

    /// <summary>A message to <c>*</c>: everybody who was there can read the message itself. Only participants can read its thread.</summary>
    Everyone = 1,

    /// <summary>A message to a topic's subscribers or to a part of everybody: those who got it can read the message itself.</summary>
    Group = 2,

    /// <summary>Everybody in the project: agents, executions, events.</summary>
    Project = 3,

    /// <summary>Operators and observers.</summary>
    Operators = 4,

    /// <summary>The agents that the entry itself names; see <see cref="RestrictedEntry"/>.</summary>
    Restricted = 5,

    /// <summary>Combined with one of the first three: only the sender and operators, until a second entry releases it.</summary>
    Withheld = 16,
}

/// <summary>One entry of a project's log, with the JSON that every reader gets: created once, shared by all.</summary>
internal sealed class LogEntry
{
    internal required int Project { get; init; }
    internal required long Seq { get; init; }
    internal required EntryKind Kind { get; init; }

    /// <summary>Unix milliseconds. Never decreases from one entry of a project to the next.</summary>
    internal required long Stamp { get; init; }

    internal Audience Audience { get; init; }

    /// <summary>An agent's number; 0 for the server itself or a person without a mailbox.</summary>
    internal int Sender { get; init; }

    /// <summary>The numbers of the agents that it was addressed to.</summary>
    internal int[] Recipients { get; init; } = [];

    /// <summary>A message's or an event's type.</summary>
    internal string? Type { get; init; }

    /// <summary>The seq of the entry that opened its thread; its own for a first message; 0 if it has no thread.</summary>
    internal long Thread { get; init; }

    /// <summary>Whether messages can form a thread that starts with it.</summary>
    internal bool OpensThread => Thread == Seq || (Kind is EntryKind.Task or EntryKind.Workflow && Subject == Seq);

    /// <summary>The seq of the execution that it belongs to; 0 if none.</summary>
    internal long Execution { get; init; }

    internal long ReplyTo { get; init; }
    internal int Hops { get; init; }

    /// <summary>The seq of the entry that this one is about; 0 if none.</summary>
    internal long Subject { get; init; }

    internal required byte[] Json { get; init; }

    /// <summary>The same entry with other JSON, for a deleted message's tombstone.</summary>
    internal LogEntry WithJson(byte[] json) => With(json, Hops);

    /// <summary>The same entry after its release. If it was held, its hops and its expiration have changed.</summary>
    internal LogEntry Released(LogEntry release) => With(release.Json, release.Hops);

    private LogEntry With(byte[] json, int hops) => new()
    {
        Project = Project,
        Seq = Seq,
        Kind = Kind,
        Stamp = Stamp,
        Audience = Audience,
        Sender = Sender,
        Recipients = Recipients,
        Type = Type,
        Thread = Thread,
        Execution = Execution,
        ReplyTo = ReplyTo,
        Hops = hops,
        Subject = Subject,
        Json = json,
    };
}
