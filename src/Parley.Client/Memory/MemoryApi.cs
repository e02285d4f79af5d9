using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Shared memory over REST, without a connection.</summary>
public sealed class MemoryApi
{
    private readonly RestConnection _connection;

    internal MemoryApi(RestConnection connection) => _connection = connection;

    /// <summary>Lists entries, a page at a time: sorted by key if a prefix is given, otherwise newest first.</summary>
    /// <param name="prefix">Only keys with this prefix; all if omitted.</param>
    /// <param name="limit">Entries per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<MemoryEntry>> ListAsync(
        string? prefix = null, int? limit = null, string? after = null, CancellationToken cancellationToken = default) => _connection.GetAsync(
            new RestPath($"memory").With("prefix", prefix).With("limit", limit).With("after", after), WireJson.Lenient.PageMemoryEntry, cancellationToken);

    /// <summary>Lists one level of the keys, a page at a time: the entries of the level, and what the keys below it begin with.</summary>
    /// <param name="prefix">Where the level begins, such as <c>plan/</c>; the top if empty.</param>
    /// <param name="delimiter">The character that ends a level.</param>
    /// <param name="limit">Entries and prefixes per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<MemoryPage> ListLevelAsync(
        string prefix = "", char delimiter = '/', int? limit = null, string? after = null, CancellationToken cancellationToken = default) => _connection.GetAsync(
            new RestPath($"memory").With("prefix", prefix).With("delimiter", delimiter.ToString()).With("limit", limit).With("after", after), WireJson.Lenient.MemoryPage, cancellationToken);

    /// <summary>Gets the entry under a key, with its version.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<MemoryEntry> GetAsync(string key, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(PathOf(key), WireJson.Lenient.MemoryEntry, cancellationToken);

    /// <summary>Stores a value under a key, replacing any current value.</summary>
    /// <param name="key">1-512 characters, which may include <c>/</c>.</param>
    /// <param name="value">Any JSON, up to 256 KiB.</param>
    /// <param name="ifVersion">Only if the entry has this version; 0: only if there is no entry. If omitted, the last write wins, and the call is
    /// retried if no answer comes.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">It has another version (<see cref="ErrorCodes.VersionMismatch"/>), or the server refuses.</exception>
    public Task<MemoryEntry> SetAsync(string key, JsonElement value, long? ifVersion = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, PathOf(key), new MemoryRequest { Value = value, IfVersion = ifVersion },
            WireJson.Lenient.MemoryRequest, WireJson.Lenient.MemoryEntry, cancellationToken, repeatable: ifVersion is null);

    /// <summary>Stores a value with all options: its time to live, and who may read and write it.</summary>
    /// <inheritdoc cref="SetAsync(string, JsonElement, long?, CancellationToken)"/>
    public Task<MemoryEntry> SetAsync(string key, MemoryRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, PathOf(key), request with { Key = null }, WireJson.Lenient.MemoryRequest, WireJson.Lenient.MemoryEntry, cancellationToken,
            repeatable: request.IfVersion is null);

    /// <summary>Changes part of a value with a merge patch, or adds to a number. Not retried if no answer comes, because it may already have taken
    /// effect.</summary>
    /// <exception cref="ParleyException">The value is not a number (<see cref="ErrorCodes.Conflict"/>), it has another version
    /// (<see cref="ErrorCodes.VersionMismatch"/>), or the server refuses.</exception>
    public Task<MemoryEntry> PatchAsync(string key, MemoryPatch patch, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Patch, PathOf(key), patch with { Key = null }, WireJson.Lenient.MemoryPatch, WireJson.Lenient.MemoryEntry, cancellationToken, repeatable: false);

    /// <summary>Lists the last 20 versions of an entry, newest first, as far as the log still has them.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Page<MemoryVersion>> HistoryAsync(string key, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"memory/history").With("key", key), WireJson.Lenient.PageMemoryVersion, cancellationToken);

    /// <summary>Deletes the entry under a key. Not retried if no answer comes, because it may already have taken effect.</summary>
    /// <param name="key">The key.</param>
    /// <param name="ifVersion">Only if the entry has this version. If omitted, any version.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), it has another version
    /// (<see cref="ErrorCodes.VersionMismatch"/>), or the server refuses.</exception>
    public Task DeleteAsync(string key, long? ifVersion = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, PathOf(key).With("if_version", ifVersion), cancellationToken, repeatable: false);

    /// <summary>HTTP clients remove the segments <c>.</c> and <c>..</c> from a path, so a key that contains them goes into the query.</summary>
    private static RestPath PathOf(string key) => key.Split('/').Any(part => part is "." or "..")
        ? new RestPath($"memory/key").With("named", key)
        : new RestPath($"memory/key/{key}");
}
