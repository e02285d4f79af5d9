using Parley.Server.Log;
using Parley.Server.Mailboxes;

namespace Parley.Server.CatchUp;

/// <summary>What an agent has sent and got lately, as far as the index has come. The cost does not grow with how much that is.</summary>
internal interface IAgentTrail
{
    /// <summary>Messages to an agent or to everybody, newest first, starting below a seq. An agent that came later did not get all of the latter.</summary>
    ValueTask<IReadOnlyList<LogEntry>> GotAsync(int project, int agent, long below, int max, CancellationToken cancellationToken);

    /// <summary>The newest messages in an agent's threads: of each kind, up to <paramref name="most"/>, newest first. Messages that are not released yet
    /// are among them only if it sent them.</summary>
    ValueTask<IReadOnlyList<TrailMessage>> InThreadsAsync(int agent, int most, CancellationToken cancellationToken);

    /// <summary>An agent's own deliveries of messages. There is none for a message that went to others.</summary>
    ValueTask<IReadOnlyList<DeliveryRow>> DeliveriesAsync(int project, int agent, IReadOnlyCollection<long> seqs, CancellationToken cancellationToken);

    /// <summary>An agent's own replies to messages.</summary>
    ValueTask<IReadOnlyList<LogEntry>> RepliesAsync(int project, int agent, IReadOnlyCollection<long> seqs, CancellationToken cancellationToken);
}

/// <param name="Thread">The seq of the entry that opened its thread.</param>
internal readonly record struct TrailMessage(long Seq, long Thread, Trail Kind);

internal enum Trail
{
    Sent,

    /// <summary>The agent was named as a recipient.</summary>
    Got,

    /// <summary>Neither sent by the agent nor to it, in a thread in which it takes part.</summary>
    Followed,
}
