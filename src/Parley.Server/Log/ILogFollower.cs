namespace Parley.Server.Log;

/// <summary>Reads each project's log at its own pace, and must have read an entry before the entry is pruned.</summary>
internal interface ILogFollower
{
    /// <summary>Reads on to what is now the end of the log.</summary>
    ValueTask CatchUpAsync(int project, CancellationToken cancellationToken);
}
