namespace Parley.Server.Log;

/// <summary>What an agent may read of the log: its inbox, what it sent, the threads it takes part in, and what was said to everybody
/// since it is there, each of those by itself. Operators and observers read everything and are not asked here.</summary>
internal static class Visibility
{
    /// <returns>Null when it depends on whether the reader takes part in the entry's thread.</returns>
    internal static bool? ByItself(LogEntry entry, Reader reader)
    {
        if (entry.Audience == Audience.Project)
            return true;
        // Whom a restricted one names is not for this to know; who asks about those asks elsewhere.
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

    /// <summary>Whether by this message an agent takes part in its thread: it sent it, or was named.</summary>
    internal static bool TakesPart(LogEntry message, int agent) =>
        message.Sender == agent || (message.Audience == Audience.Named && message.Recipients.Contains(agent));
}
