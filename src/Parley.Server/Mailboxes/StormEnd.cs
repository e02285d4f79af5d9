namespace Parley.Server.Mailboxes;

/// <summary>When a held delivery is due: at the end of its storm, whenever that is.</summary>
/// <remarks>A store keeps a held delivery like a scheduled one, so everything that a scheduled delivery is safe from holds for it too: nobody claims
/// it, no waiting caller gets it, it does not expire, and its recipients do not see it. Instead of a time, it has a number that no time reaches, and
/// that names the storm. The time from there to its expiration is the time to live that it has when it is released.</remarks>
internal static class StormEnd
{
    /// <summary>After the last time that a client can give, and with room for the seqs of 34 years of milliseconds before the last time that can be
    /// written.</summary>
    private static readonly long First = new DateTimeOffset(9100, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <summary>The lowest of all.</summary>
    internal static long OfAny => First;

    /// <param name="storm">The seq of the log entry that opened the storm.</param>
    internal static long Of(long storm) => First + storm;

    /// <summary>The seq of the log entry that opened the storm.</summary>
    internal static long StormOf(long time) => time - First;

    /// <summary>Whether a time, in Unix milliseconds, is such an end, or comes after one.</summary>
    internal static bool Is(long? time) => time >= First;
}
