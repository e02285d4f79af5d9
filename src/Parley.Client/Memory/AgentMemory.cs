using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Shared memory: what the agents of a project know together, under keys.</summary>
public sealed partial class ParleyAgent
{
    /// <summary>Remembers a value under a key, in place of what is there.</summary>
    /// <param name="key">1-512 characters, which may hold <c>/</c>.</param>
    /// <param name="value">Any JSON, up to 256 KiB.</param>
    /// <param name="ifVersion">Only if the entry has this version; 0: only if there is none. Absent: whatever is there. A call with a version
    /// that broke with its connection is not made again: it may have been done already.</param>
    /// <param name="cancellationToken">Ends the waiting; what is on its way is not taken back.</param>
    /// <returns>The entry as it is now, with its version.</returns>
    /// <exception cref="ParleyException">It has another version (<see cref="ErrorCodes.VersionMismatch"/>), or the server refuses.</exception>
    public Task<MemoryEntry> SetMemoryAsync(string key, JsonElement value, long? ifVersion = null, CancellationToken cancellationToken = default)
    {
        // The caller may dispose its document before this is sent.
        var request = new MemoryRequest { Key = key, Value = value.Clone(), IfVersion = ifVersion };
        return AskAsync(
            new Question<MemoryRequest, MemoryEntry>(FrameEvents.MemorySet, request, WireJson.Lenient.MemoryRequest, WireJson.Lenient.MemoryEntry)
            {
                Repeatable = ifVersion is null,
            },
            cancellationToken);
    }

    /// <summary>Remembers a value of a type of one's own.</summary>
    /// <param name="type">How it is written, as a source-generated context has it: works in native programs too.</param>
    /// <inheritdoc cref="SetMemoryAsync(string, JsonElement, long?, CancellationToken)"/>
    public Task<MemoryEntry> SetMemoryAsync<T>(
        string key, T value, JsonTypeInfo<T> type, long? ifVersion = null, CancellationToken cancellationToken = default) =>
        SetMemoryAsync(key, JsonSerializer.SerializeToElement(value, type), ifVersion, cancellationToken);

    /// <summary>What is remembered under a key, with its version.</summary>
    /// <returns>Null where nothing is.</returns>
    /// <exception cref="ParleyException">The server refuses it.</exception>
    public async Task<MemoryEntry?> GetMemoryAsync(string key, CancellationToken cancellationToken = default)
    {
        try
        {
            return await AskAsync(
                new Question<MemoryKey, MemoryEntry>(
                    FrameEvents.MemoryGet, new MemoryKey { Key = key }, WireJson.Lenient.MemoryKey, WireJson.Lenient.MemoryEntry),
                cancellationToken);
        }
        catch (ParleyException nothing) when (nothing.Code == ErrorCodes.NotFound)
        {
            return null;
        }
    }

    /// <summary>The value under a key, as a type of one's own.</summary>
    /// <param name="key">As it was set.</param>
    /// <param name="type">How it is read, as a source-generated context has it: works in native programs too.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <returns>The type's default where nothing is remembered.</returns>
    /// <exception cref="JsonException">What is there is not of this type.</exception>
    /// <exception cref="ParleyException">The server refuses it.</exception>
    public async Task<T?> GetMemoryAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        await GetMemoryAsync(key, cancellationToken) is { } entry ? entry.Value.Deserialize(type) : default;

    /// <summary>Forgets what is remembered under a key.</summary>
    /// <param name="key">As it was set.</param>
    /// <param name="ifVersion">Only if the entry has this version. Absent: whatever is there.</param>
    /// <param name="cancellationToken">Ends the waiting; what is on its way is not taken back.</param>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), it has another version
    /// (<see cref="ErrorCodes.VersionMismatch"/>), or the server refuses.</exception>
    public Task DeleteMemoryAsync(string key, long? ifVersion = null, CancellationToken cancellationToken = default) => AskAsync(
        new Operation<MemoryDeletion>(
            FrameEvents.MemoryDelete, new MemoryDeletion { Key = key, IfVersion = ifVersion }, WireJson.Lenient.MemoryDeletion)
        {
            Repeatable = false,
        },
        cancellationToken);

    /// <summary>What is remembered at this moment.</summary>
    /// <param name="prefix">Only keys that begin so; all if absent.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <returns>In the order of the keys where there is a prefix, else newest first.</returns>
    /// <exception cref="ParleyException">The server refuses it.</exception>
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

    /// <summary>Follows what is remembered: first what is there (<see cref="FeedEntryKind.Snapshot"/>), then each change as it happens, over
    /// as many connections as it takes. The entries are in <see cref="FeedEntry.Memory"/>.</summary>
    /// <param name="prefix">Only keys that begin so; all if absent.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ParleyException">The server refuses it, or the connection ended for good.</exception>
    public async IAsyncEnumerable<FeedEntry> WatchMemoryAsync(string? prefix = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var filter = JsonDocument.Parse(prefix is null ? "{}" : $"{{\"prefix\":\"{JsonEncodedText.Encode(prefix)}\"}}");
        var request = new FeedRequest { Feeds = new Dictionary<string, JsonElement?> { ["memory"] = filter.RootElement }, Snapshot = true };
        await using var subscription = await SubscribeAsync(request, cancellationToken);
        await foreach (var entry in subscription.WithCancellation(cancellationToken))
            yield return entry;
    }
}

/// <summary>Shared memory over REST, for those who hold no connection.</summary>
public sealed class MemoryApi
{
    private readonly RestConnection _connection;

    internal MemoryApi(RestConnection connection) => _connection = connection;

    /// <summary>What is remembered, a page at a time: by prefix in the order of the keys, else newest first.</summary>
    /// <param name="prefix">Only keys that begin so; all if absent.</param>
    /// <param name="limit">How many to a page, 1-500; 50 if absent.</param>
    /// <param name="after">The <c>next</c> of the page before; the first page if absent.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it; no server answers.</exception>
    public Task<Page<MemoryEntry>> ListAsync(
        string? prefix = null, int? limit = null, string? after = null, CancellationToken cancellationToken = default) => _connection.GetAsync(
            new RestPath($"memory").With("prefix", prefix).With("limit", limit).With("after", after), WireJson.Lenient.PageMemoryEntry, cancellationToken);

    /// <summary>What is remembered under a key, with its version.</summary>
    /// <exception cref="ParleyException">It is not there (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<MemoryEntry> GetAsync(string key, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"memory/key/{key}"), WireJson.Lenient.MemoryEntry, cancellationToken);

    /// <summary>Remembers a value under a key, in place of what is there.</summary>
    /// <param name="key">1-512 characters, which may hold <c>/</c>.</param>
    /// <param name="value">Any JSON, up to 256 KiB.</param>
    /// <param name="ifVersion">Only if the entry has this version; 0: only if there is none. Absent: whatever is there.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <exception cref="ParleyException">It has another version (<see cref="ErrorCodes.VersionMismatch"/>), or the server refuses.</exception>
    public Task<MemoryEntry> SetAsync(string key, JsonElement value, long? ifVersion = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, new RestPath($"memory/key/{key}"), new MemoryRequest { Value = value, IfVersion = ifVersion },
            WireJson.Lenient.MemoryRequest, WireJson.Lenient.MemoryEntry, cancellationToken, repeatable: ifVersion is null);

    /// <summary>Forgets what is remembered under a key.</summary>
    /// <param name="key">As it was set.</param>
    /// <param name="ifVersion">Only if the entry has this version. Absent: whatever is there.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), it has another version
    /// (<see cref="ErrorCodes.VersionMismatch"/>), or the server refuses.</exception>
    public Task DeleteAsync(string key, long? ifVersion = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"memory/key/{key}").With("if_version", ifVersion), cancellationToken);
}
