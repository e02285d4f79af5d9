using Parley.Server.Log;

namespace Parley.Server.Storage;

/// <summary>Times within a project's log never decrease, so ordering by time is the same as ordering by seq, whatever a clock does.</summary>
internal static class LogStamp
{
    /// <summary>Called for each entry that is appended.</summary>
    /// <param name="last">The project's newest time, including the time of this transition.</param>
    /// <exception cref="InvalidOperationException">The entry's time did not come from the project's own clock. The transition fails, and the log
    /// stays in order.</exception>
    internal static void Check(LogEntry entry, long last)
    {
        if (entry.Stamp != last)
            throw new InvalidOperationException($"Entry {entry.Seq} of project {entry.Project} has the time {entry.Stamp}, and its log stands at {last}.");
    }
}
