using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Events that anyone in the project can follow.</summary>
public sealed partial class ParleyAgent
{
    private const int LargestEvent = 256 * 1024;

    /// <summary>Publishes an event. It is on disk when this completes.</summary>
    /// <param name="eventType">1-255 characters from <c>A-Z a-z 0-9 _ . : / -</c>; not a type that the server publishes itself.</param>
    /// <param name="data">Any JSON, up to 256 KiB; none if omitted.</param>
    /// <param name="cancellationToken">Stops waiting; a request already sent is not undone.</param>
    /// <returns>The event, with its place in the log.</returns>
    /// <exception cref="ParleyException">The server refuses it, or the connection broke before the answer. In that case it is not retried, because it
    /// may have been published.</exception>
    public Task<EventRecord> PublishAsync(string eventType, JsonElement? data = null, CancellationToken cancellationToken = default)
    {
        // A frame that is too large would end the connection, and with it everything in flight.
        var size = data is { } given ? JsonSerializer.SerializeToUtf8Bytes(given, WireJson.Lenient.JsonElement).Length : 0;
        if (size > LargestEvent)
            throw new ParleyException(new Problem { Code = ErrorCodes.TooLarge, Status = 413, Detail = $"The data has {size} bytes; the limit is {LargestEvent}." });
        var request = new EventRequest { EventType = eventType, Data = data?.Clone() };
        return CallAsync(
            new Inquiry<EventRequest, EventRecord>(FrameEvents.EventPublish, request, WireJson.Lenient.EventRequest, WireJson.Lenient.EventRecord)
            {
                Repeatable = false,
                Estimate = size + 100,
            },
            cancellationToken);
    }

    /// <summary>Publishes an event with data of your own type.</summary>
    /// <param name="type">Its source-generated metadata; safe for native AOT.</param>
    /// <inheritdoc cref="PublishAsync(string, JsonElement?, CancellationToken)"/>
    public Task<EventRecord> PublishAsync<T>(string eventType, T data, JsonTypeInfo<T> type, CancellationToken cancellationToken = default) =>
        PublishAsync(eventType, JsonSerializer.SerializeToElement(data, type), cancellationToken);

    /// <summary>Follows events, from now on or from a place, and reconnects as needed. The event is in <see cref="FeedEntry.Event"/>. If the log no
    /// longer has everything since that place, the first entry is a <see cref="FeedEntryKind.Gap"/>.</summary>
    /// <param name="types">Only these types; all if omitted. <c>*</c> matches any characters within a word, <c>&gt;</c> at the end matches one or
    /// more words: <c>task_*</c>, <c>build.&gt;</c>.</param>
    /// <param name="after">A place, <c>EPOCH-SEQ</c> or a bare seq; <c>0</c> replays everything that is still in the log. If omitted, only new
    /// events.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ParleyException">The server refuses it, or the connection was closed permanently.</exception>
    public async IAsyncEnumerable<FeedEntry> SubscribeEventsAsync(
        IReadOnlyList<string>? types = null, string? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var filter = JsonSerializer.SerializeToElement(new EventFeedFilter { Types = types }, WireJson.Lenient.EventFeedFilter);
        var request = new FeedRequest { Feeds = new Dictionary<string, JsonElement?> { ["events"] = types is null ? null : filter }, After = after };
        await using var subscription = await SubscribeAsync(request, cancellationToken);
        await foreach (var entry in subscription.WithCancellation(cancellationToken))
            yield return entry;
    }
}

/// <summary>Events over REST, without a connection. To follow them, use <see cref="StreamsApi.Events"/>.</summary>
public sealed class EventsApi
{
    private readonly RestConnection _connection;

    internal EventsApi(RestConnection connection) => _connection = connection;

    /// <summary>Publishes an event. Not retried if no answer comes, because it may have been published.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<EventRecord> PublishAsync(EventRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"events"), request, WireJson.Lenient.EventRequest, WireJson.Lenient.EventRecord, cancellationToken);

    /// <summary>Gets one event by its id.</summary>
    /// <exception cref="ParleyException">It does not exist, or you may not read it (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<EventRecord> GetAsync(string eventId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"events/{eventId}"), WireJson.Lenient.EventRecord, cancellationToken);

    /// <summary>Lists past events, newest first, a page at a time. A page may have fewer than <paramref name="limit"/> even if it is not the last
    /// one: keep reading until <c>next</c> is null.</summary>
    /// <param name="types">Only these types, with wildcards; all if omitted.</param>
    /// <param name="since">Only events at this time or later.</param>
    /// <param name="until">Only events at this time or earlier.</param>
    /// <param name="limit">Events per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<EventRecord>> ListAsync(
        IReadOnlyList<string>? types = null, DateTimeOffset? since = null, DateTimeOffset? until = null, int? limit = null, string? after = null,
        CancellationToken cancellationToken = default) => _connection.GetAsync(
            new RestPath($"events").With("types", types is null ? null : string.Join(',', types))
                .With("since", since is { } from ? WireTime.ToText(from) : null).With("until", until is { } to ? WireTime.ToText(to) : null)
                .With("limit", limit).With("after", after),
            WireJson.Lenient.PageEventRecord, cancellationToken);
}
