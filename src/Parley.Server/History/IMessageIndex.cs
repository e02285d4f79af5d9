namespace Parley.Server.History;

/// <summary>Finds messages by sender, recipient, type, thread, and words. It reads the log in the background, off the send path.</summary>
internal interface IMessageIndex
{
    /// <summary>Changes when the index has been rebuilt and has lost what it contained before.</summary>
    int TimesMade => 0;

    /// <summary>Indexes the next part of a project's log.</summary>
    /// <param name="isAwaited">Whether somebody waits for it. If not, all other work goes first.</param>
    /// <returns>True if there is more.</returns>
    ValueTask<bool> CatchUpAsync(int project, bool isAwaited, CancellationToken cancellationToken);

    /// <summary>Deletes a part of what retention has removed from the log.</summary>
    /// <returns>True if there is more.</returns>
    ValueTask<bool> PruneAsync(int project, long firstSeq, CancellationToken cancellationToken);

    /// <summary>Deletes a part of a deleted project.</summary>
    /// <returns>True if there is more.</returns>
    ValueTask<bool> ForgetAsync(int project, CancellationToken cancellationToken);
}
