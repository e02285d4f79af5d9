using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Operations;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Live feeds over a socket: subscribe and unsubscribe.</summary>
internal sealed class FeedsConcept(FeedCatalog catalog, ILogStore log, IThreadAccess access, ConnectionHub hub, TimeProvider clock, ILogger<FeedLoop> logger) : IConcept
{
    private const int MostSubscriptions = 64;

    private const int LongestWindow = 1_000;

    private const string Deliveries = "deliveries";

    private long _next;

    public string Title => "Feeds";

    public IReadOnlyList<Operation> Declare() =>
    [
        new SocketOperation("Subscribe", "Follow feeds of the log.") { Allows = Permission.Connect, Own = SocketOperation.Its }.Frame<SocketConnection>(
            new FrameMeaning(FrameEvents.Subscribe, "Follow feeds of the log.", typeof(SubscribeRequest), typeof(SubscribeAnswer))
            {
                Examples = ["""{"feeds": {"messages": {"thread": "0199e1c2-0000-7000-8000-000000000412"}, "receipts": {}}, "after": "1769090212-1041", "coalesce_ms": 100, "excerpt": 200}"""],
            },
            SubscribeAsync),

        new SocketOperation("Unsubscribe", "Stop following feeds.") { Allows = Permission.Connect, Own = SocketOperation.Its }.Frame<SocketConnection>(
            new FrameMeaning(FrameEvents.Unsubscribe, "Stop following feeds.", typeof(UnsubscribeRequest)) { Examples = ["""{"subscription": "7"}"""] },
            UnsubscribeAsync),
    ];

    private async ValueTask SubscribeAsync(SocketConnection connection, InFrame frame, CancellationToken cancellationToken)
    {
        if (!connection.TryRead<SubscribeRequest>(frame, out var request))
            return;
        if (Check(connection, request, out var after) is { } bad)
        {
            connection.Fail(frame, bad);
            return;
        }

        var show = request is { Excerpt: null, Include: null } ? MessageShow.Whole : new MessageShow(request.Excerpt, request.Include is not null);
        var reader = connection.Caller.ReaderIn(connection.Project);
        var feeds = new List<Feed>();
        foreach (var (name, filter) in request.Feeds!)
        {
            if (!catalog.Open(connection.Project.Log, name, filter, show).TryGet(out var feed, out var problem))
            {
                connection.Fail(frame, problem);
                return;
            }

            if (feed.IsForOperators && reader is not null)
            {
                connection.Fail(frame, Problems.Forbidden($"The feed '{name}' is only for operators and observers."));
                return;
            }

            feeds.Add(feed);
        }

        var subscription = Interlocked.Increment(ref _next).ToString(CultureInfo.InvariantCulture);
        var running = new FeedSubscription(
            connection, subscription, feeds, log, access, reader, hub, new FeedLoop(connection, logger),
            request.CoalesceMs is > 0 and var window ? new FrameCoalescing(TimeSpan.FromMilliseconds(window), clock, connection.Outbound.Add) : null);
        // Registered before the answer is sent, because an unsubscribe may follow at once.
        if (!connection.Keep(subscription, running))
            return;
        await running.StartAsync(frame, after, request.Snapshot == true, cancellationToken);
    }

    private static async ValueTask UnsubscribeAsync(SocketConnection connection, InFrame frame, CancellationToken cancellationToken)
    {
        if (!connection.TryRead<UnsubscribeRequest>(frame, out var request))
            return;
        if (request.Subscription is not { } subscription || connection.Drop(subscription) is not { } running)
        {
            connection.Fail(frame, Problems.NotFound("subscription", request.Subscription ?? ""));
            return;
        }

        await running.DisposeAsync();
        connection.Ok(frame);
    }

    private ApiProblem? Check(SocketConnection connection, SubscribeRequest request, out LogPosition? after)
    {
        after = null;
        if (request.Feeds is not { Count: > 0 })
            return Problems.InvalidField("feeds", "is missing: name at least one, as in {\"messages\": {}}");
        if (connection.SubscriptionCount >= MostSubscriptions)
            return Problems.Conflict($"This connection already has {MostSubscriptions} subscriptions: unsubscribe from one first.");
        var showsMessages = request.Feeds.Keys.Any(catalog.ShowsMessages);
        const string onlyMessages = "is for the feed messages, which is not among these feeds";
        if (new Validation()
                .Check(request.CoalesceMs is null or (>= 0 and <= LongestWindow), "coalesce_ms", $"expected 0 to {LongestWindow}")
                .Check(request.Excerpt is null or (>= 1 and <= ListedMessage.LongestExcerpt), "excerpt", $"expected 1 to {ListedMessage.LongestExcerpt}")
                .Check(request.Excerpt is null || showsMessages, "excerpt", onlyMessages)
                .Check(request.Include is null or Deliveries, "include", $"is '{Problems.Shown(request.Include ?? "")}'; expected {Deliveries}")
                .Check(request.Include is null || showsMessages, "include", onlyMessages)
                .Problem is { } bad)
        {
            return bad;
        }

        if (request.After is not { } place || place.ValueKind == JsonValueKind.Null)
            return null;
        var text = place.ValueKind == JsonValueKind.String ? place.GetString()! : place.GetRawText();
        if (!LogPosition.TryParse(text, connection.Project.Log.Epoch, out var position))
            return Problems.InvalidField("after", "must be a place such as 1769090212-1042, or a seq");
        after = position;
        return null;
    }
}
