namespace Parley.Server.Mailboxes;

/// <summary>Receipts between nodes that share a store: a node reports the stages of deliveries to the nodes where somebody watches them. Like all
/// receipts, they are live: lost ones are not sent again.</summary>
internal interface IReceiptChannel
{
    /// <summary>Whether anybody watches receipts of a project on another node.</summary>
    bool IsWatchedElsewhere(int project);

    /// <summary>Reports a receipt to other nodes, if anybody watches there. Never blocks.</summary>
    void Tell(in ReceiptNote receipt);

    /// <summary>Tells other nodes that more projects are watched here.</summary>
    /// <param name="projects">Returns the projects that are watched here at the time of the call.</param>
    ValueTask WatchAsync(Func<int[]> projects, CancellationToken cancellationToken);
}

/// <summary>For a server that has its store to itself: there are no other nodes.</summary>
internal sealed class NoReceiptChannel : IReceiptChannel
{
    public bool IsWatchedElsewhere(int project) => false;

    public void Tell(in ReceiptNote receipt)
    {
        // There are no other nodes.
    }

    public ValueTask WatchAsync(Func<int[]> projects, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
