using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Shared memory: values that all agents in a project can use, stored under keys.</summary>
public sealed partial class ParleyAgent
{
    private const int LargestValue = 256 * 1024;

    /// <summary>More than a key and the access control can take.</summary>
    private const int LargestRest = 64 * 1024;

    /// <summary>Stores a value under a key, replacing any current value.</summary>
    /// <param name="key">1-512 characters, which may include <c>/</c>.</param>
    /// <param name="value">Any JSON, up to 256 KiB.</param>
    /// <param name="ifVersion">Only if the entry has this version; 0: only if there is no entry. If omitted, the last write wins.
    /// A call with a version is not retried after a broken connection, because it may already have taken effect; a call without one is.</param>
    /// <param name="cancellationToken">Stops waiting; a request already sent is not undone.</param>
    /// <returns>The entry as it is now, with its version.</returns>
    /// <exception cref="ParleyException">It has another version (<see cref="ErrorCodes.VersionMismatch"/>), it is too large
    /// (<see cref="ErrorCodes.TooLarge"/>), or the server refuses it.</exception>
    public Task<MemoryEntry> SetMemoryAsync(string key, JsonElement value, long? ifVersion = null, CancellationToken cancellationToken = default)
    {
        // A frame that is too large would end the connection, and with it everything in flight.
        var size = JsonSerializer.SerializeToUtf8Bytes(value, WireJson.Lenient.JsonElement).Length;
        if (size > LargestValue)
            throw new ParleyException(new Problem { Code = ErrorCodes.TooLarge, Status = 413, Detail = $"The value has {size} bytes; the limit is {LargestValue}." });

        // The caller may dispose its document before this is sent.
        return SetMemoryAsync(new MemoryRequest { Key = key, Value = value.Clone(), IfVersion = ifVersion }, size, cancellationToken);
    }

    /// <summary>Stores a value with all options: its time to live, and who may read and write it.</summary>
    /// <inheritdoc cref="SetMemoryAsync(string, JsonElement, long?, CancellationToken)"/>
    public Task<MemoryEntry> SetMemoryAsync(MemoryRequest request, CancellationToken cancellationToken = default)
    {
        var size = JsonSerializer.SerializeToUtf8Bytes(request, WireJson.Lenient.MemoryRequest).Length;
        if (size > LargestValue + LargestRest)
            throw new ParleyException(new Problem { Code = ErrorCodes.TooLarge, Status = 413, Detail = $"The entry has {size} bytes; a value has at most {LargestValue}." });
        return SetMemoryAsync(request with { Value = request.Value.ValueKind == JsonValueKind.Undefined ? default : request.Value.Clone() }, size, cancellationToken);
    }

    /// <summary>Adds to a number in one atomic step, so there is no need to read it first. If there is no entry, it starts from 0.</summary>
    /// <returns>The entry with the sum.</returns>
    /// <exception cref="ParleyException">The value is not a number, or the sum is too large (<see cref="ErrorCodes.Conflict"/>); the server refuses
    /// it; or the connection broke before the answer. In that case it is not added again, because it may already have been.</exception>
    public Task<MemoryEntry> AddMemoryAsync(string key, long amount, CancellationToken cancellationToken = default) =>
        PatchMemoryAsync(new MemoryPatch { Key = key, Add = JsonElement.Parse(amount.ToString(CultureInfo.InvariantCulture)) }, cancellationToken);

    /// <summary>Changes part of a value with a JSON merge patch (RFC 7396), in one atomic step. Members of the patch replace those of the value; a
    /// null removes one. If there is no entry, it starts from <c>{}</c>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="patch">The members to change.</param>
    /// <param name="ifVersion">Only if the entry has this version; 0: only if there is no entry. If omitted, any version.</param>
    /// <param name="cancellationToken">Stops waiting; a request already sent is not undone.</param>
    /// <returns>The entry as it is now.</returns>
    /// <exception cref="ParleyException">It has another version (<see cref="ErrorCodes.VersionMismatch"/>), it would be too large
    /// (<see cref="ErrorCodes.TooLarge"/>), the server refuses it, or the connection broke before the answer.</exception>
    public Task<MemoryEntry> PatchMemoryAsync(string key, JsonElement patch, long? ifVersion = null, CancellationToken cancellationToken = default) =>
        PatchMemoryAsync(new MemoryPatch { Key = key, Patch = patch.Clone(), IfVersion = ifVersion }, cancellationToken);

    /// <summary>Stores a value of your own type.</summary>
    /// <param name="type">Its source-generated metadata; safe for native AOT.</param>
    /// <inheritdoc cref="SetMemoryAsync(string, JsonElement, long?, CancellationToken)"/>
    public Task<MemoryEntry> SetMemoryAsync<T>(
        string key, T value, JsonTypeInfo<T> type, long? ifVersion = null, CancellationToken cancellationToken = default) =>
        SetMemoryAsync(key, JsonSerializer.SerializeToElement(value, type), ifVersion, cancellationToken);

    /// <summary>Gets the entry under a key, with its version.</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="ParleyException">The server refuses it.</exception>
    public async Task<MemoryEntry?> GetMemoryAsync(string key, CancellationToken cancellationToken = default)
    {
        try
        {
            return await CallAsync(
                new Inquiry<MemoryKey, MemoryEntry>(
                    FrameEvents.MemoryGet, new MemoryKey { Key = key }, WireJson.Lenient.MemoryKey, WireJson.Lenient.MemoryEntry),
                cancellationToken);
        }
        catch (ParleyException nothing) when (nothing.Code == ErrorCodes.NotFound)
        {
            return null;
        }
    }

    /// <summary>Gets the value under a key as your own type.</summary>
    /// <param name="key">The key.</param>
    /// <param name="type">The type's source-generated metadata; safe for native AOT.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <returns>The type's default if there is no entry.</returns>
    /// <exception cref="JsonException">The value does not fit this type.</exception>
    /// <exception cref="ParleyException">The server refuses it.</exception>
    public async Task<T?> GetMemoryAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        await GetMemoryAsync(key, cancellationToken) is { } entry ? entry.Value.Deserialize(type) : default;

    /// <summary>Deletes the entry under a key. Not retried after a broken connection, because it may already have taken effect.</summary>
    /// <param name="key">The key.</param>
    /// <param name="ifVersion">Only if the entry has this version. If omitted, any version.</param>
    /// <param name="cancellationToken">Stops waiting; a request already sent is not undone.</param>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), it has another version
    /// (<see cref="ErrorCodes.VersionMismatch"/>), or the server refuses.</exception>
    public Task DeleteMemoryAsync(string key, long? ifVersion = null, CancellationToken cancellationToken = default) => CallAsync(
        new Operation<MemoryDeletion>(
            FrameEvents.MemoryDelete, new MemoryDeletion { Key = key, IfVersion = ifVersion }, WireJson.Lenient.MemoryDeletion)
        { Repeatable = false },
        cancellationToken);

    /// <summary>Lists the last 20 versions of an entry, newest first, as far as the log still has them.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses it or cannot be
    /// reached.</exception>
    public async Task<IReadOnlyList<MemoryVersion>> MemoryHistoryAsync(string key, CancellationToken cancellationToken = default)
    {
        await using var api = _connector.OpenApi();
        return (await api.Memory.HistoryAsync(key, cancellationToken)).Items;
    }

    /// <summary>Lists the entries, page by page. Changes made in the meantime may or may not be included.</summary>
    /// <param name="prefix">Only keys with this prefix; all if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <returns>Sorted by key if a prefix is given, otherwise newest first.</returns>
    /// <exception cref="ParleyException">The server refuses it, or cannot be reached (<see cref="ParleyUnreachableException"/>).</exception>
    public async Task<IReadOnlyList<MemoryEntry>> ListMemoryAsync(string? prefix = null, CancellationToken cancellationToken = default)
    {
        await using var api = _connector.OpenApi();
        var entries = new List<MemoryEntry>();
        string? after = null;
        do
        {
            var page = await api.Memory.ListAsync(prefix, limit: 500, after, cancellationToken);
            entries.AddRange(page.Items);
            after = page.Next;
        }
        while (after is not null);
        return entries;
    }

    /// <summary>Follows the entries: first those that exist (<see cref="FeedEntryKind.Snapshot"/>), then each change as it happens, reconnecting as
    /// needed. The entries are in <see cref="FeedEntry.Memory"/>. If the log no longer has all changes since a connection was lost, there is a
    /// <see cref="FeedEntryKind.Gap"/>, followed by the entries that exist then.</summary>
    /// <param name="prefix">Only keys with this prefix; all if omitted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ParleyException">The server refuses it, or the connection was closed permanently.</exception>
    public async IAsyncEnumerable<FeedEntry> WatchMemoryAsync(string? prefix = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var filter = JsonDocument.Parse(prefix is null ? "{}" : $"{{\"prefix\":\"{JsonEncodedText.Encode(prefix)}\"}}");
        var request = new FeedRequest { Feeds = new Dictionary<string, JsonElement?> { ["memory"] = filter.RootElement }, Snapshot = true };
        await using var subscription = await SubscribeAsync(request, cancellationToken);
        await foreach (var entry in subscription.WithCancellation(cancellationToken))
            yield return entry;
    }

    private Task<MemoryEntry> SetMemoryAsync(MemoryRequest request, int size, CancellationToken cancellationToken) => CallAsync(
        new Inquiry<MemoryRequest, MemoryEntry>(FrameEvents.MemorySet, request, WireJson.Lenient.MemoryRequest, WireJson.Lenient.MemoryEntry)
        {
            Repeatable = request.IfVersion is null,
            Estimate = size + (request.Key?.Length ?? 0),
        },
        cancellationToken);

    private Task<MemoryEntry> PatchMemoryAsync(MemoryPatch patch, CancellationToken cancellationToken)
    {
        var size = JsonSerializer.SerializeToUtf8Bytes(patch, WireJson.Lenient.MemoryPatch).Length;
        if (size > LargestValue + LargestRest)
            throw new ParleyException(new Problem { Code = ErrorCodes.TooLarge, Status = 413, Detail = $"The patch has {size} bytes; a value has at most {LargestValue}." });
        return CallAsync(
            new Inquiry<MemoryPatch, MemoryEntry>(FrameEvents.MemoryPatch, patch, WireJson.Lenient.MemoryPatch, WireJson.Lenient.MemoryEntry)
            {
                Repeatable = false,
                Estimate = size,
            },
            cancellationToken);
    }
}
