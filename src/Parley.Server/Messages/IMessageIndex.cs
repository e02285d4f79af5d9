namespace Parley.Server.Messages;

/// <summary>What finds messages by sender, recipient, type, thread and words: a reader of the log, kept up to date off the send path.</summary>
internal interface IMessageIndex
{
    /// <summary>Takes the next part of a project's log into the index.</summary>
    /// <returns>True when there is more.</returns>
    ValueTask<bool> CatchUpAsync(int project, CancellationToken cancellationToken);

    /// <summary>Forgets what retention has taken from the log.</summary>
    ValueTask PruneAsync(int project, long firstSeq, CancellationToken cancellationToken);

    /// <summary>Forgets a deleted project.</summary>
    ValueTask ForgetAsync(int project, CancellationToken cancellationToken);
}
