namespace Parley.Server.Storage;

/// <summary>Where whoever awaits a store goes on.</summary>
internal enum Resume
{
    /// <summary>On a thread of the pool, where it may take as long as it likes.</summary>
    OnPool,

    /// <summary>On the thread that committed, at once. Saves a change of thread for a message, which costs more than the answer itself. Only for what
    /// never blocks and takes microseconds: while it runs, nothing is committed.</summary>
    AtCommit,
}

internal static class Resuming
{
    /// <summary>How a result that is awaited like this is completed.</summary>
    internal static TaskCreationOptions Options(this Resume resume) =>
        resume == Resume.OnPool ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None;
}
