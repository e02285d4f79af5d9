using Parley.Server.Mailboxes;
using Parley.Server.Tasks;

namespace Parley.Server.Nodes;

/// <summary>Wake signals from other nodes: a log has grown, a mailbox has work, a directory or somebody's presence has changed. All are hints;
/// polling finds what a lost signal would have announced.</summary>
internal interface INodeSignals
{
    /// <summary>Whether any node listens; otherwise, this node sends nothing.</summary>
    bool HasPeers { set; }

    /// <summary>Reads the current end of each log, and what is watched where.</summary>
    ValueTask CheckAsync(CancellationToken cancellationToken);
}

/// <summary>Receives the signals.</summary>
internal interface INodeEvents
{
    void DirectoriesChanged();

    void PresenceChanged(in AgentPresence presence);

    /// <summary>Stages of deliveries that another node has changed, in order.</summary>
    void ReceiptsReached(IReadOnlyList<ReceiptNote> receipts);

    /// <summary>Tasks that another node has changed, in order.</summary>
    void TasksChanged(IReadOnlyList<TaskNews> news);

    /// <summary>A client that may have lost a connection here has connected to another node, which waits for the answer.</summary>
    void SessionEnded(in SessionQuestion question);

    /// <summary>Another node has answered a question, perhaps one from this node.</summary>
    void Answered(string question);

    /// <summary>The connection was down, so signals may have been missed.</summary>
    void Missed();
}

/// <param name="Session">Empty to end only broken connections.</param>
internal readonly record struct SessionQuestion(int Node, int Agent, string Session, string Id);
