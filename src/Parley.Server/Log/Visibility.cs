namespace Parley.Server.Log;

/// <summary>Which log entries an agent may read: its inbox, what it sent, the threads that it takes part in, and messages to everybody since it
/// joined, without their threads. Operators and observers can read everything, which is not decided here.</summary>
internal static class Visibility
{
    /// <returns>Null if it depends on whether the reader takes part in the entry's thread.</returns>
    internal static bool? ByItself(LogEntry entry, Reader reader)
    {
        if (entry.Audience == Audience.Project)
            return true;
        // Whom a restricted entry names is not known here. Callers check those entries elsewhere.
        if (entry.Audience is Audience.Operators or Audience.Restricted)
            return false;
        if (entry.Sender == reader.Agent && reader.Agent != 0)
            return true;
        if ((entry.Audience & Audience.Withheld) != 0)
            return false;
        if (entry.Audience == Audience.Everyone)
            return entry.Seq > reader.JoinedSeq ? true : null;
        return entry.Recipients.Contains(reader.Agent) ? true : null;
    }

    /// <summary>Whether an agent takes part in a thread because of this message: it sent it, or was a named recipient.</summary>
    internal static bool TakesPart(LogEntry message, int agent) =>
        message.Sender == agent || (message.Audience == Audience.Named && message.Recipients.Contains(agent));
}
