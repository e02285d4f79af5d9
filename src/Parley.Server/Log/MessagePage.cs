namespace Parley.Server.Log;

/// <summary>A page of messages is also limited in bytes, because five hundred large ones would take a hundred megabytes.</summary>
internal static class MessagePage
{
    /// <summary>A page is full at this many bytes, but has at least one message.</summary>
    internal const long Bytes = 4 << 20;

    /// <summary>Whether the page ended because of its bytes, so there may be more.</summary>
    internal static bool IsFull(IEnumerable<LogEntry> found) => found.Sum(entry => (long)entry.Json.Length) >= Bytes;

    /// <summary>The last message of the page if there is another page; null if not.</summary>
    /// <param name="found">One more than requested, if there is one.</param>
    internal static T? Last<T>(IReadOnlyList<T> found, int limit, Func<T, LogEntry> entry)
        where T : class =>
        found.Count > limit ? found[limit - 1] : IsFull(found.Select(entry)) ? found[^1] : null;
}
