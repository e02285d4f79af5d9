namespace Parley.Server.History;

/// <summary>What finds messages by sender, recipient, type, thread and words: a reader of the log, kept up to date off the send path.</summary>
internal interface IMessageIndex
{
    /// <summary>Changes when the index has been made anew, and has nothing of what was taken in before.</summary>
    int TimesMade => 0;

    /// <summary>Takes the next part of a project's log into the index.</summary>
    /// <param name="isAwaited">Whether somebody waits for it; else it lets all other work go first.</param>
    /// <returns>True when there is more.</returns>
    ValueTask<bool> CatchUpAsync(int project, bool isAwaited, CancellationToken cancellationToken);

    /// <summary>Forgets a part of what retention has taken from the log.</summary>
    /// <returns>True when there is more.</returns>
    ValueTask<bool> PruneAsync(int project, long firstSeq, CancellationToken cancellationToken);

    /// <summary>Forgets a part of a deleted project.</summary>
    /// <returns>True when there is more.</returns>
    ValueTask<bool> ForgetAsync(int project, CancellationToken cancellationToken);
}
