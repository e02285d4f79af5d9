namespace Parley.Server.Log;

/// <summary>Gets every committed entry in log order, before any caller learns of the commit.</summary>
internal interface ILogSink
{
    void Publish(int project, ReadOnlySpan<LogEntry> entries);

    /// <summary>The seq of the newest entry that it was given, or that the project had when it was loaded; null if there is no such project
    /// here.</summary>
    long? HeadOf(int project);

    /// <summary>Whether somebody is waiting for the project's next entry.</summary>
    bool IsAwaited(int project);

    /// <summary>Reports that the project's log has grown up to this seq, by entries that nobody is waiting for and that are not passed on.</summary>
    void SkipTo(int project, long seq);
}
