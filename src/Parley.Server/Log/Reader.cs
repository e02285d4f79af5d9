namespace Parley.Server.Log;

/// <summary>An agent that reads, and since when it is there.</summary>
internal sealed record Reader(int Agent, long JoinedSeq);

/// <summary>Who takes part in which thread; implemented by the history of messages.</summary>
internal interface IThreadAccess : IReaderGroups
{
    /// <summary>Whether a reader may read a thread as a whole.</summary>
    ValueTask<bool> MayReadThreadAsync(int project, long thread, Reader? reader, CancellationToken cancellationToken);
}
