namespace Parley.Server.Log;

/// <summary>Reads each project's log at its own pace. An entry is pruned only after it has read that entry.</summary>
internal interface ILogFollower
{
    /// <summary>Reads up to the current end of the log.</summary>
    ValueTask CatchUpAsync(int project, CancellationToken cancellationToken);
}
