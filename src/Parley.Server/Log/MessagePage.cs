namespace Parley.Server.Log;

/// <summary>A page of messages ends at a number of bytes too: five hundred large ones would take a hundred megabytes.</summary>
internal static class MessagePage
{
    /// <summary>With this many bytes of messages it is full, however few they are; it has one in any case.</summary>
    internal const long Bytes = 4 << 20;

    /// <summary>Whether what a store found ended here by its bytes: there may be more.</summary>
    internal static bool IsFull(IEnumerable<LogEntry> found) => found.Sum(entry => (long)entry.Json.Length) >= Bytes;

    /// <summary>The last one of a page that has another behind it; null: it is the last page.</summary>
    /// <param name="found">One more than asked for, where there is one.</param>
    internal static T? Last<T>(IReadOnlyList<T> found, int limit, Func<T, LogEntry> entry)
        where T : class =>
        found.Count > limit ? found[limit - 1] : IsFull(found.Select(entry)) ? found[^1] : null;
}
