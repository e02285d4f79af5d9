namespace Parley.Server.Log;

/// <summary>Gets every committed entry, in the order of the log, before any caller hears of its commit.</summary>
internal interface ILogSink
{
    void Publish(int project, ReadOnlySpan<LogEntry> entries);
}
