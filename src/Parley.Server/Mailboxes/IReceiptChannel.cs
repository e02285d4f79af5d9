namespace Parley.Server.Mailboxes;

/// <summary>Receipts between nodes on one store: a node tells the stages of the deliveries that it changes to those where somebody watches.
/// Live, as all receipts are: what is lost on the way is not told again.</summary>
internal interface IReceiptChannel
{
    /// <summary>Whether anybody watches receipts of a project at another node.</summary>
    bool IsWatchedElsewhere(int project);

    /// <summary>Tells other nodes, where one of them watches. Never blocks.</summary>
    void Tell(in ReceiptNote receipt);

    /// <summary>Tells other nodes that what is watched here has grown.</summary>
    /// <param name="projects">What is watched here, now and from now on.</param>
    ValueTask WatchAsync(Func<int[]> projects, CancellationToken cancellationToken);
}

/// <summary>A server that has its store to itself: there is nobody else to tell.</summary>
internal sealed class NoReceiptChannel : IReceiptChannel
{
    public bool IsWatchedElsewhere(int project) => false;

    public void Tell(in ReceiptNote receipt)
    {
        // There is nobody else.
    }

    public ValueTask WatchAsync(Func<int[]> projects, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
