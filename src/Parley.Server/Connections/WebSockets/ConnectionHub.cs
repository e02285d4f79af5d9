using System.Collections.Concurrent;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Monitoring;

namespace Parley.Server.Connections.WebSockets;

/// <summary>All open connections. The store looks here for a connection that takes a delivery at once.</summary>
internal sealed class ConnectionHub(PendingRequests requests, MailboxSignals signals, IReceiptChannel line) : IHandover, IMailboxWaker, IConnectionCount, IDrainSource
{
    private readonly ConcurrentDictionary<int, SocketConnection[]> _byAgent = new();
    private readonly ConcurrentDictionary<string, SocketConnection> _bySession = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SocketConnection> _listeners = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, SocketConnection> _arriving = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, Action<ReceiptNote>?> _receipts = new();

    internal int Count => _bySession.Count;

    public int CountOf(int project) => _bySession.Values.Count(connection => connection.Project.Number == project);

    public IEnumerable<Action> Moves => All.Select(connection => (Action)connection.Move);

    internal IEnumerable<SocketConnection> All => _bySession.Values;

    /// <summary>Connections that are notified when agents come online or go offline.</summary>
    internal IEnumerable<SocketConnection> Listeners => _listeners.Values;

    /// <summary>From now on, notifies it of its agent's tasks, and, if it asked for that, when agents come online or go offline. Called before its
    /// agent is online and its welcome describes the current state, so that nothing is missed in between.</summary>
    internal void Listen(SocketConnection connection)
    {
        if (connection.Takes)
            _arriving[connection.Session] = connection;
        if (connection.Options.NotifyAll)
            _listeners[connection.Session] = connection;
    }

    internal void Add(SocketConnection connection)
    {
        _bySession[connection.Session] = connection;
        if (connection.Takes)
            _byAgent.AddOrUpdate(connection.Agent.Number, _ => [connection], (_, others) => [.. others, connection]);
        _arriving.TryRemove(connection.Session, out _);
    }

    internal void Remove(SocketConnection connection)
    {
        _bySession.TryRemove(connection.Session, out _);
        _listeners.TryRemove(connection.Session, out _);
        _arriving.TryRemove(connection.Session, out _);
        while (_byAgent.TryGetValue(connection.Agent.Number, out var connections))
        {
            SocketConnection[] left = [.. connections.Where(other => other != connection)];
            if (left.Length > 0 ? _byAgent.TryUpdate(connection.Agent.Number, left, connections) : _byAgent.TryRemove(new(connection.Agent.Number, connections)))
                return;
        }
    }

    /// <summary>An agent's connections that take messages from its mailbox.</summary>
    internal IReadOnlyList<SocketConnection> Of(int agent) => _byAgent.GetValueOrDefault(agent) ?? [];

    /// <summary>Those of <see cref="Of"/>, and those that are not welcomed yet, which keep what they are told until then.</summary>
    internal IEnumerable<SocketConnection> ListenersOf(int agent)
    {
        // These first: a connection that becomes ready in the meantime is added to the others before it is removed from these.
        SocketConnection[] arriving = [.. _arriving.Values.Where(connection => connection.Agent.Number == agent)];
        return arriving.Union(Of(agent));
    }

    internal SocketConnection? Find(string session) => _bySession.GetValueOrDefault(session);

    public IDeliveryHolder? TryAnswer(int agent, long replyTo) => requests.Take(agent, replyTo);

    public bool IsAwaited(int agent, long replyTo) => requests.Has(agent, replyTo);

    public IDeliveryHolder? TryReserve(int agent, in DeliveryOffer offer)
    {
        if (!_byAgent.TryGetValue(agent, out var connections))
            return null;
        // Messages held by a connection that is ending will be requeued in a moment, and must go first.
        foreach (var connection in connections)
        {
            if (connection.IsOver)
                return null;
        }

        foreach (var connection in connections)
        {
            if (connection.TryReserve(offer))
                return connection;
        }

        return null;
    }

    public void Wake(int agent)
    {
        signals.Signal(agent);
        if (!_byAgent.TryGetValue(agent, out var connections))
            return;
        foreach (var connection in connections)
            connection.Wake();
    }

    public void Wake(int agent, in DeliveryOffer arrived)
    {
        signals.Signal(agent, arrived.Type, arrived.Priority, arrived.Sender);
        if (!_byAgent.TryGetValue(agent, out var connections))
            return;
        foreach (var connection in connections)
            connection.Wake(arrived);
    }

    public bool IsExpectant => requests.AreThere;

    public void Hear(LogEntry entry) => requests.Hear(entry);

    public void Gather() => OutboundGathering.Begin();

    public void Flush(bool here) => OutboundGathering.End(here);

    public bool WantsReceipts(int project) => (_receipts.TryGetValue(project, out var watchers) && watchers is not null) || line.IsWatchedElsewhere(project);

    public void Publish(in ReceiptNote receipt)
    {
        Hear(receipt);
        line.Tell(receipt);
    }

    public void Hear(in ReceiptNote receipt)
    {
        if (_receipts.TryGetValue(receipt.Project, out var watchers))
            watchers?.Invoke(receipt);
    }

    /// <summary>Reports every stage of a project's deliveries, on any node, on the store's thread: the watcher must not block.</summary>
    internal async ValueTask<IDisposable> WatchReceiptsAsync(int project, Action<ReceiptNote> watcher, CancellationToken cancellationToken)
    {
        _receipts.AddOrUpdate(project, _ => watcher, (_, others) => others + watcher);
        var watch = new Watch(this, project, watcher);
        try
        {
            await line.WatchAsync(Watched, cancellationToken);
            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    private int[] Watched() => [.. _receipts.Where(watch => watch.Value is not null).Select(watch => watch.Key).Order()];

    private sealed class Watch(ConnectionHub hub, int project, Action<ReceiptNote> watcher) : IDisposable
    {
        public void Dispose() => hub._receipts.AddOrUpdate(project, _ => null, (_, others) => others - watcher);
    }
}
