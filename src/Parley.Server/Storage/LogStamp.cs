using Parley.Server.Log;

namespace Parley.Server.Storage;

/// <summary>The times of a project's log never fall: order by time is order by seq, whatever a clock does.</summary>
internal static class LogStamp
{
    /// <summary>Called for each entry that is appended.</summary>
    /// <param name="last">The project's newest time, with the time of now.</param>
    /// <exception cref="InvalidOperationException">Its time is not one that came from the project's own clock. The transition fails; the log stays in order.</exception>
    internal static void Check(LogEntry entry, long last)
    {
        if (entry.Stamp != last)
            throw new InvalidOperationException($"Entry {entry.Seq} of project {entry.Project} has the time {entry.Stamp}, and its log stands at {last}.");
    }
}
