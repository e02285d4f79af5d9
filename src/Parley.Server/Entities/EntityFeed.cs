using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.Entities;

/// <summary>The feed of a kind: optionally all current entities, and then each entity as it was after a log entry.</summary>
internal sealed class EntityFeed<T>(EntityKind<T> kind, IEntityStore store, IReaderGroups groups) : IFeedSource
    where T : class
{
    private const int PartSize = 100;

    public string Name => kind.Feed;

    public Result<Feed> Open(ProjectLog project, JsonElement filter)
    {
        var prefix = default(string);
        if (filter.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object))
            return Problems.InvalidField($"feeds.{Name}", "must be an object, such as {}");
        if (filter.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in filter.EnumerateObject())
            {
                if (kind.PrefixField is null || field.Name != "prefix" || field.Value.ValueKind != JsonValueKind.String)
                    return Problems.InvalidField($"feeds.{Name}.{Problems.Shown(field.Name)}", kind.PrefixField is null ? "is not a filter: send {}" : "is not a filter: send {\"prefix\": \"...\"} or {}");
                prefix = field.Value.GetString();
            }
        }

        var utf8 = prefix is null ? null : System.Text.Encoding.UTF8.GetBytes(kind.PrefixField!);
        return new Feed(
            Name,
            new FeedSelection(LogQuery.All, entry => entry.Kind == kind.Entry && (prefix is null || Begins(entry.Json, utf8!, prefix))),
            null, Receipts: false)
        {
            IsEnd = kind.IsEnd,
            Snapshot = (reader, cancellationToken) => SnapshotAsync(project.Project, prefix, reader, cancellationToken),
        };
    }

    private static bool Begins(byte[] json, byte[] field, string prefix)
    {
        var reader = new Utf8JsonReader(json, JsonDepth.Stored);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(field);
            reader.Read();
            if (isIt)
                return reader.GetString()!.StartsWith(prefix, StringComparison.Ordinal);
            reader.Skip();
        }

        return false;
    }

    private bool MayRead(int project, byte[] json, Reader? reader) =>
        reader is null || (kind.Readers?.Invoke(JsonSerializer.Deserialize(json, kind.Json)!) is { } who
            ? groups.IsAmong(project, reader, who)
            : kind.Audience == Audience.Project);

    /// <summary>In parts, newest first or by name. Entities that are created in the meantime arrive as changes.</summary>
    private async IAsyncEnumerable<IReadOnlyList<byte[]>> SnapshotAsync(
        int project, string? prefix, Reader? reader, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = new EntityQuery(project, kind.Number, PartSize) { Prefix = prefix };
        while (true)
        {
            var part = await store.ListAsync(query, cancellationToken);
            var shown = part.Select(row => EntityJson.Shown(kind.Fields, row)).Where(json => MayRead(project, json, reader)).ToList();
            if (shown.Count > 0)
                yield return shown;
            if (part.Count < PartSize)
                yield break;
            query = prefix is null ? query with { Below = part[^1].Made } : query with { AfterName = part[^1].Name };
        }
    }
}
