namespace Parley.Server.Log;

/// <summary>An agent that reads, and the seq at which it joined.</summary>
internal sealed record Reader(int Agent, long JoinedSeq);

/// <summary>Who takes part in which threads. Implemented by the history of messages.</summary>
internal interface IThreadAccess : IReaderGroups
{
    /// <summary>Whether a reader may read a whole thread.</summary>
    ValueTask<bool> MayReadThreadAsync(int project, long thread, Reader? reader, CancellationToken cancellationToken);
}
