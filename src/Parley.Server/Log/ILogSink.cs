namespace Parley.Server.Log;

/// <summary>Gets every committed entry, in the order of the log, before any caller hears of its commit.</summary>
internal interface ILogSink
{
    void Publish(int project, ReadOnlySpan<LogEntry> entries);

    /// <summary>The seq of the newest entry that it was given, or that the project had when it was read; null: no such project here.</summary>
    long? HeadOf(int project);
}
