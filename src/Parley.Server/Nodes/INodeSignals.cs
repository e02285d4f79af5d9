using Parley.Server.Mailboxes;

namespace Parley.Server.Nodes;

/// <summary>The wake signals of other nodes: a log has grown, a mailbox has work, a directory or somebody's presence has changed. Hints all of
/// them; what is lost is found by looking.</summary>
internal interface INodeSignals
{
    /// <summary>Whether anybody listens: otherwise this node tells nothing.</summary>
    bool HasPeers { set; }

    /// <summary>Looks how far each log goes by now, and what is watched where.</summary>
    ValueTask CheckAsync(CancellationToken cancellationToken);
}

/// <summary>Who hears what comes over the line.</summary>
internal interface INodeEvents
{
    void DirectoriesChanged();

    void PresenceChanged(in AgentPresence presence);

    /// <summary>Stages of deliveries that another node has changed, in their order.</summary>
    void ReceiptsReached(IReadOnlyList<ReceiptNote> receipts);

    /// <summary>A client that lost a connection, here perhaps, is at another node, which waits for the answer.</summary>
    void SessionEnded(in SessionQuestion question);

    /// <summary>Another node has answered a question, of this node perhaps.</summary>
    void Answered(string question);

    /// <summary>The line was down: anything may have been missed.</summary>
    void Missed();
}

/// <param name="Session">Empty: only what is broken.</param>
internal readonly record struct SessionQuestion(int Node, int Agent, string Session, string Id);
