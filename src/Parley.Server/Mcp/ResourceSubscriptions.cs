using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Parley.Server.Coordination;
using Parley.Server.Mcp.Tools;

namespace Parley.Server.Mcp;

/// <summary>Subscriptions to resources. Clients from 2026-07-28 on hold a call open for all of theirs; older ones have a session, and subscribe to one
/// resource at a time.</summary>
internal sealed class ResourceSubscriptions(ResourceWatch watch, Stopping stopping)
{
    /// <summary>The most resources that a session or a call may watch.</summary>
    private const int Most = 100;

    private readonly ConcurrentDictionary<string, Session> _sessions = new(StringComparer.Ordinal);

    /// <summary>Runs a session; when it ends, so do its subscriptions.</summary>
    internal async Task RunSessionAsync(HttpContext http, McpServer server, CancellationToken cancellationToken)
    {
        if (server.SessionId is not { Length: > 0 } id)
        {
            await server.RunAsync(cancellationToken);
            return;
        }

        using var session = new Session(server);
        _sessions[id] = session;
        try
        {
            await server.RunAsync(cancellationToken);
        }
        finally
        {
            _sessions.TryRemove(id, out _);
        }
    }

    internal async ValueTask<EmptyResult> SubscribeAsync(RequestContext<SubscribeRequestParams> request, CancellationToken cancellationToken)
    {
        var uri = request.Params?.Uri ?? "";
        if (SessionOf(request.Server) is not { } session)
            throw new McpProtocolException("This needs a session: call initialize first.", McpErrorCode.InvalidRequest);
        if (await watch.FindAsync(McpCaller.Current, uri, cancellationToken) is not { } watched)
            throw McpResources.NotFound(uri, "there is no such resource, or you may not read it");
        if (!session.TryAdd(uri, Most, out var ending))
            throw new McpProtocolException($"A session can subscribe to {Most} resources.", McpErrorCode.InvalidParams);
        // It outlives the request, and with it the request's caller.
        if (ending is { } end)
            _ = Task.Run(() => RunAsync(session, watched, end), CancellationToken.None);
        return new EmptyResult();
    }

    /// <summary>A subscription that ends by a fault is none, so that the client can subscribe again.</summary>
    private async Task RunAsync(Session session, WatchedResource watched, CancellationToken end)
    {
        try
        {
            await watch.RunAsync(watched, (changed, token) => Notify(session.Server, Updated(changed), token), end);
        }
        finally
        {
            if (!end.IsCancellationRequested)
                session.Remove(watched.Uri);
        }
    }

    internal ValueTask<EmptyResult> UnsubscribeAsync(RequestContext<UnsubscribeRequestParams> request, CancellationToken cancellationToken)
    {
        SessionOf(request.Server)?.Remove(request.Params?.Uri ?? "");
        return new(new EmptyResult());
    }

    /// <summary>Tells of everything that was asked for, as long as the client holds the call open.</summary>
    internal async ValueTask<EmptyResult> ListenAsync(RequestContext<SubscriptionsListenRequestParams> request, CancellationToken cancellationToken)
    {
        // The list of tools never changes, so the client is told of resources alone.
        var found = new List<WatchedResource>();
        foreach (var uri in (request.Params?.Notifications.ResourceSubscriptions ?? []).Distinct(StringComparer.Ordinal).Take(Most))
        {
            if (await watch.FindAsync(McpCaller.Current, uri, cancellationToken) is { } watched)
                found.Add(watched);
        }

        var granted = new JsonObject();
        if (found.Count > 0)
            granted["resourceSubscriptions"] = new JsonArray([.. found.Select(watched => (JsonNode)watched.Uri)]);
        var id = request.JsonRpcRequest.Id;
        using var turn = new SemaphoreSlim(1, 1);
        await TellAsync(NotificationMethods.SubscriptionsAcknowledgedNotification, new JsonObject { ["notifications"] = granted }, cancellationToken);
        if (found.Count == 0)
            await HoldAsync(McpCaller.Current.Caller.Ended, cancellationToken);
        await Task.WhenAll(found.Select(watched => watch.RunAsync(watched, (uri, token) => TellAsync(NotificationMethods.ResourceUpdatedNotification, new JsonObject { ["uri"] = uri }, token), cancellationToken)));
        return new EmptyResult();

        async Task TellAsync(string method, JsonObject parameters, CancellationToken token)
        {
            parameters["_meta"] = new JsonObject { [MetaKeys.SubscriptionId] = id.Id is long number ? number : (string?)id.Id };
            await turn.WaitAsync(token);
            try
            {
                await Notify(request.Server, new JsonRpcNotification { Method = method, Params = parameters }, token);
            }
            finally
            {
                turn.Release();
            }
        }
    }

    /// <summary>A client that asks for nothing that changes still holds its call open, and would call again at once if it ended.</summary>
    private async Task HoldAsync(CancellationToken ended, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token, ended);
        try
        {
            await new TaskCompletionSource().Task.WaitAsync(ending.Token);
        }
        catch (OperationCanceledException)
        {
            // The client has gone, its token has ended, or the server stops.
        }
    }

    private Session? SessionOf(McpServer server) => server.SessionId is { } id ? _sessions.GetValueOrDefault(id) : null;

    private static JsonRpcNotification Updated(string uri) => new()
    {
        Method = NotificationMethods.ResourceUpdatedNotification,
        Params = new JsonObject { ["uri"] = uri },
    };

    private static Task Notify(McpServer server, JsonRpcNotification notification, CancellationToken cancellationToken) => server.SendMessageAsync(notification, cancellationToken);

    private sealed class Session(McpServer server) : IDisposable
    {
        private readonly Dictionary<string, CancellationTokenSource> _watched = new(StringComparer.Ordinal);
        private bool _isOver;

        internal McpServer Server => server;

        /// <param name="ending">Cancelled when the subscription ends; null if it is there already.</param>
        /// <returns>False if there are too many.</returns>
        internal bool TryAdd(string uri, int most, out CancellationToken? ending)
        {
            ending = null;
            lock (_watched)
            {
                if (_isOver || _watched.ContainsKey(uri))
                    return true;
                if (_watched.Count >= most)
                    return false;
                var source = new CancellationTokenSource();
                _watched[uri] = source;
                ending = source.Token;
                return true;
            }
        }

        internal void Remove(string uri)
        {
            lock (_watched)
            {
                if (_watched.Remove(uri, out var source))
                    source.Cancel();
            }
        }

        public void Dispose()
        {
            lock (_watched)
            {
                _isOver = true;
                foreach (var source in _watched.Values)
                    source.Cancel();
                _watched.Clear();
            }
        }
    }
}
