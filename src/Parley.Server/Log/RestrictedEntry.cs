using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Server.Wire;

namespace Parley.Server.Log;

/// <summary>An entry whose JSON says who may read it, in <c>access_control.read</c>.</summary>
internal static class RestrictedEntry
{
    private static readonly ConditionalWeakTable<LogEntry, string[]> Known = [];

    /// <returns>Empty if it does not say, which means nobody.</returns>
    internal static IReadOnlyList<string> ReadersOf(LogEntry entry) => Known.TryGetValue(entry, out var readers) ? readers : Known.GetValue(entry, Read);

    private static string[] Read(LogEntry entry)
    {
        using var document = JsonDocument.Parse(entry.Json, JsonDepth.StoredDocument);
        return document.RootElement.TryGetProperty("access_control"u8, out var access) && access.ValueKind == JsonValueKind.Object
            && access.TryGetProperty("read"u8, out var read) && read.ValueKind == JsonValueKind.Array
                ? [.. read.EnumerateArray().Select(who => who.GetString()!)]
                : [];
    }
}
