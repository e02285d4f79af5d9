namespace Parley.Server.Log;

/// <summary>Gets every committed entry, in the order of the log, before any caller hears of its commit.</summary>
internal interface ILogSink
{
    void Publish(int project, ReadOnlySpan<LogEntry> entries);

    /// <summary>The seq of the newest entry that it was given, or that the project had when it was read; null: no such project here.</summary>
    long? HeadOf(int project);

    /// <summary>Whether somebody waits for the project's next entry.</summary>
    bool IsAwaited(int project);

    /// <summary>The project's log goes up to here by entries that nobody waits for, and that are not given.</summary>
    void SkipTo(int project, long seq);
}
