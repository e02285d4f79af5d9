using Parley.Protocol;

namespace Parley.Client;

/// <summary>Feeds of the project.</summary>
public sealed partial class ParleyAgent
{
    private readonly Lock _subscriptionsGate = new();
    private readonly List<FeedSubscription> _subscriptions = [];
    private readonly Dictionary<string, FeedSubscription> _byServerName = [];

    /// <summary>Follows feeds: the current state first, if requested, then every change, from a place or from now on. Nothing that happens after
    /// this call completes is missed.</summary>
    /// <exception cref="ParleyException">The server refuses it.</exception>
    public async Task<FeedSubscription> SubscribeAsync(FeedRequest request, CancellationToken cancellationToken = default)
    {
        var subscription = new FeedSubscription(this, request);
        try
        {
            lock (_subscriptionsGate)
            {
                _subscriptions.Add(subscription);
                _outbox.Ask(new SubscribeOperation(this, subscription));
            }

            await subscription.Stands.WaitAsync(cancellationToken);
            return subscription;
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }
    }

    internal void Begin(FeedSubscription subscription, SubscribeAnswer answer)
    {
        lock (_subscriptionsGate)
        {
            // Requested twice (a reconnect met the first request), or disposed in the meantime: the server does not need to continue the other one.
            if (subscription.ServerName is { } other && _byServerName.Remove(other))
                Leave(other);
            if (!_subscriptions.Contains(subscription))
            {
                Leave(answer.Subscription);
                return;
            }

            _byServerName[answer.Subscription] = subscription;
        }

        subscription.Begin(answer);
    }

    internal void Unsubscribe(FeedSubscription subscription)
    {
        lock (_subscriptionsGate)
        {
            if (_subscriptions.Remove(subscription) && subscription.ServerName is { } name && _byServerName.Remove(name))
                Leave(name);
        }
    }

    /// <summary>Stops its live feed, and keeps its place.</summary>
    internal void Pause(FeedSubscription subscription)
    {
        lock (_subscriptionsGate)
        {
            subscription.IsPaused = true;
            if (subscription.ServerName is { } name && _byServerName.Remove(name))
                Leave(name);
        }
    }

    /// <summary>Resumes its live feed, after its place.</summary>
    internal void Unpause(FeedSubscription subscription)
    {
        lock (_subscriptionsGate)
        {
            if (!subscription.IsPaused)
                return;
            subscription.IsPaused = false;
            _outbox.TryAsk(new SubscribeOperation(this, subscription));
        }
    }

    private FeedSubscription? Subscription(string serverName)
    {
        lock (_subscriptionsGate)
            return _byServerName.GetValueOrDefault(serverName);
    }

    /// <summary>Those that a new connection must request. Their names on the old connection are no longer valid.</summary>
    private FeedSubscription[] Subscriptions()
    {
        lock (_subscriptionsGate)
        {
            _byServerName.Clear();
            return [.. _subscriptions.Where(subscription => !subscription.IsPaused)];
        }
    }

    private void Leave(string serverName) => _outbox.TryAsk(new Operation<UnsubscribeRequest>(
        FrameEvents.Unsubscribe, new UnsubscribeRequest { Subscription = serverName }, WireJson.Lenient.UnsubscribeRequest)
    { Repeatable = false });

    private void EndSubscriptions(ParleyException reason)
    {
        FeedSubscription[] open;
        lock (_subscriptionsGate)
            open = [.. _subscriptions];
        foreach (var subscription in open)
            subscription.End(Volatile.Read(ref _disposed) != 0 ? null : reason);
    }
}
