using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Parley.Cli.Mcp;

/// <summary>Passes on the news of resources. While the server is away it tries again and again; afterwards it tells of everything once, since something may
/// have arrived in the meantime.</summary>
internal sealed class McpSubscriptions(McpUpstream upstream) : IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500), LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly HashSet<string> _subscribed = new(StringComparer.Ordinal);
    private CancellationTokenSource _restart = new();
    private bool _isRunning;
    private bool _isOver;

    /// <summary>For clients from before 2026-07-28, which subscribe to one resource at a time.</summary>
    internal ValueTask<EmptyResult> SubscribeAsync(RequestContext<SubscribeRequestParams> request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _subscribed.Add(request.Params?.Uri ?? "");
            Restart();
            if (!_isRunning)
            {
                _isRunning = true;
                var (server, harness) = (request.Server, McpIdentity.HarnessOf(request.Server.ClientInfo?.Name));
                _ = Task.Run(() => RunAsync(server, harness), CancellationToken.None);
            }
        }

        return new(new EmptyResult());
    }

    internal ValueTask<EmptyResult> UnsubscribeAsync(RequestContext<UnsubscribeRequestParams> request, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_subscribed.Remove(request.Params?.Uri ?? ""))
                Restart();
        }

        return new(new EmptyResult());
    }

    internal async ValueTask<EmptyResult> ListenAsync(RequestContext<SubscriptionsListenRequestParams> request, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> wanted = [.. request.Params?.Notifications.ResourceSubscriptions ?? []];
        var granted = new JsonObject();
        if (wanted.Count > 0)
            granted["resourceSubscriptions"] = new JsonArray([.. wanted.Select(uri => (JsonNode)uri)]);
        var id = request.JsonRpcRequest.Id;
        await TellAsync(NotificationMethods.SubscriptionsAcknowledgedNotification, new JsonObject { ["notifications"] = granted });
        try
        {
            if (wanted.Count == 0)
                await new TaskCompletionSource().Task.WaitAsync(cancellationToken);
            await FollowAsync(
                wanted, McpIdentity.HarnessOf(request.Server.ClientInfo?.Name), uri => TellAsync(NotificationMethods.ResourceUpdatedNotification, new JsonObject { ["uri"] = uri }), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The client wants no more of it.
        }

        return new EmptyResult();

        Task TellAsync(string method, JsonObject parameters)
        {
            parameters["_meta"] = new JsonObject { [MetaKeys.SubscriptionId] = id.Id is long number ? number : (string?)id.Id };
            return request.Server.SendMessageAsync(new JsonRpcNotification { Method = method, Params = parameters }, cancellationToken);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isOver = true;
            _restart.Cancel();
            _restart.Dispose();
        }
    }

    private async Task RunAsync(McpServer server, string harness)
    {
        while (true)
        {
            List<string> uris;
            CancellationToken changed;
            lock (_gate)
            {
                if (_isOver)
                    return;
                (uris, changed) = ([.. _subscribed], _restart.Token);
            }

            try
            {
                if (uris.Count == 0)
                    await new TaskCompletionSource().Task.WaitAsync(changed);
                await FollowAsync(
                    uris, harness,
                    uri => server.SendMessageAsync(new JsonRpcNotification { Method = NotificationMethods.ResourceUpdatedNotification, Params = new JsonObject { ["uri"] = uri } }, changed),
                    changed);
            }
            catch (OperationCanceledException)
            {
                // Others are subscribed to now.
            }
        }
    }

    private async Task FollowAsync(IReadOnlyList<string> uris, string harness, Func<string, Task> updated, CancellationToken cancellationToken)
    {
        var (pause, wasAway) = (FirstPause, false);
        while (true)
        {
            try
            {
                await upstream.RequestAsync(RequestMethods.SubscriptionsListen, Wanted(uris), name: null, harness, cancellationToken, HeardAsync);
            }
            catch (McpUpstreamException)
            {
                // The next tool that is called says so; here, nobody waits for an answer.
            }

            wasAway = true;
            await Task.Delay(pause, TimeProvider.System, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        async Task HeardAsync(JsonObject message)
        {
            if ((string?)message["method"] == NotificationMethods.ResourceUpdatedNotification && (string?)message["params"]?["uri"] is { } uri)
            {
                await updated(uri);
            }
            else if ((string?)message["method"] == NotificationMethods.SubscriptionsAcknowledgedNotification)
            {
                pause = FirstPause;
                if (!wasAway)
                    return;
                foreach (var one in uris)
                    await updated(one);
                wasAway = false;
            }
        }
    }

    private static JsonObject Wanted(IReadOnlyList<string> uris) =>
        new() { ["notifications"] = new JsonObject { ["resourceSubscriptions"] = new JsonArray([.. uris.Select(uri => (JsonNode)uri)]) } };

    private void Restart()
    {
        using var before = _restart;
        _restart = new CancellationTokenSource();
        before.Cancel();
    }
}
