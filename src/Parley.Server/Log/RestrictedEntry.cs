using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Server.Wire;

namespace Parley.Server.Log;

/// <summary>An entry that says itself who may read it, in <c>access_control.read</c> of its JSON.</summary>
internal static class RestrictedEntry
{
    private static readonly ConditionalWeakTable<LogEntry, string[]> Known = [];

    /// <returns>None where it does not say: then nobody may.</returns>
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
