namespace Parley.Server.Storage;

/// <summary>On which thread a caller continues after it awaited the store.</summary>
internal enum Resume
{
    /// <summary>On a thread pool thread, where it may take as long as it likes.</summary>
    OnPool,

    /// <summary>On the thread that committed, at once. Saves a thread switch per message, which costs more than the answer itself. Only for code that
    /// never blocks and takes microseconds, because nothing is committed while it runs.</summary>
    AtCommit,
}

internal static class Resuming
{
    /// <summary>The options for a result that is awaited this way.</summary>
    internal static TaskCreationOptions Options(this Resume resume) =>
        resume == Resume.OnPool ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None;
}
