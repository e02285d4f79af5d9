using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Messages;

/// <summary>One mailbox, in the store and in the model, taken through the same steps.</summary>
internal sealed class MailboxLife
{
    private const int Room = 3;
    private static readonly TimeSpan Extension = TimeSpan.FromSeconds(60);

    private readonly StoreScope _store;
    private readonly MailboxModel _model;

    /// <summary>The newest lease of each delivery that has one, and every older one.</summary>
    private readonly Dictionary<long, ClaimedDelivery> _leases = [];
    private readonly List<ClaimedDelivery> _oldLeases = [];
    private readonly Dictionary<string, Letter> _letters = [];
    private readonly HashSet<long> _deleted = [];
    private TestHolder _connection;
    private int _sends;
    private long _head;

    internal MailboxLife(StoreScope store)
    {
        _store = store;
        var settings = store.Settings;
        _model = new MailboxModel(
            (long)settings.PriorityAging.TotalMilliseconds, (long)settings.RetryDelay.TotalMilliseconds, settings.MaxAttempts, settings.MailboxLimit);
        _connection = store.Handover.Connect(store.Agent("bob").Number, Room);
    }

    private long Now => _store.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    private List<ModelDelivery> Leased => [.. _model.Deliveries.Values.Where(delivery => delivery.State == DeliveryState.Leased)];

    internal async Task StepAsync(MailboxStep step)
    {
        _store.Clock.Advance(TimeSpan.FromMilliseconds(step.Pick % 5));
        await (step.Verb switch
        {
            MailboxVerb.Send => SendAsync(step),
            MailboxVerb.SendAgain => SendAgainAsync(step),
            MailboxVerb.Claim => ClaimAsync(step.Amount + 1, null),
            MailboxVerb.ClaimForConnection => ClaimAsync(Math.Min(step.Amount + 1, _connection.Room), _connection),
            MailboxVerb.Ack => AckAsync(step.Pick),
            MailboxVerb.AckStale => AckStaleAsync(step.Pick),
            MailboxVerb.Nack => NackAsync(step.Pick, null),
            MailboxVerb.NackAtOnce => NackAsync(step.Pick, TimeSpan.Zero),
            MailboxVerb.Extend => ExtendAsync(step.Pick),
            MailboxVerb.Lapse => LapseAsync(step.Amount * 6),
            MailboxVerb.Expire => ExpireAsync(step.Amount * 5),
            MailboxVerb.Delete => DeleteAsync(step.Pick),
            MailboxVerb.Disconnect => DisconnectAsync(),
            MailboxVerb.Reopen => ReopenAsync(),
            var unknown => throw new ArgumentOutOfRangeException(nameof(step), unknown, null),
        });
        await CompareAsync();
    }

    /// <summary>Everything that is left can be had, once each, and the log has no gap.</summary>
    internal async Task EndAsync()
    {
        await CompareStatesAsync();
        for (var i = 0; i < 10 && _model.Deliveries.Values.Any(delivery => delivery.State is DeliveryState.Queued or DeliveryState.Leased or DeliveryState.Scheduled); i++)
        {
            await LapseAsync(70);
            await ClaimAsync(100, null);
            while (Leased.Count > 0)
                await AckAsync(0);
        }

        await CompareStatesAsync();
        Assert.Equal((0, 0), (await _store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight) : default);
        var entries = await _store.EntriesAsync();
        Assert.Equal(Enumerable.Range(1, entries.Count).Select(seq => (long)seq), entries.Select(entry => entry.Seq));
    }

    private async Task SendAsync(MailboxStep step)
    {
        var scheduled = step.Pick % 7 == 0;
        var key = $"key-{_sends++}";
        var letter = new Letter("ada", "bob")
        {
            Content = key,
            Key = key,
            Priority = (Priority)((step.Amount % 4) + 1),
            TimeToLive = TimeSpan.FromSeconds(step.Pick % 3 == 0 ? 20 : 86_400),
            DeliverAt = scheduled ? _store.Clock.GetUtcNow().AddSeconds(15) : null,
        };
        var full = _model.IsFull;
        var handsOver = !scheduled && _model.Count(DeliveryState.Queued) == 0 && _connection.Room > 0;
        var handed = _connection.Delivered.Count;

        var outcome = await _store.SendAsync(letter);

        if (full)
        {
            Assert.Equal(SendResult.MailboxFull, outcome.Result);
            return;
        }

        Assert.Equal(SendResult.Stored, outcome.Result);
        Assert.Equal(_head + 1, outcome.Seq);
        _model.Keys[key] = outcome.Seq;
        _letters[key] = letter;
        var queuedAt = letter.DeliverAt?.ToUnixTimeMilliseconds() ?? Now;
        var delivery = _model.Deliveries[outcome.Seq] = new ModelDelivery
        {
            Seq = outcome.Seq,
            Priority = letter.Priority,
            QueuedAt = queuedAt,
            ExpiresAt = queuedAt + (long)letter.TimeToLive.Value.TotalMilliseconds,
            DueAt = queuedAt,
            State = scheduled ? DeliveryState.Scheduled : DeliveryState.Queued,
        };
        Assert.Equal(handsOver ? handed + 1 : handed, _connection.Delivered.Count);
        if (handsOver)
            Take(delivery, _connection.Delivered[^1], _connection);
    }

    private async Task SendAgainAsync(MailboxStep step)
    {
        if (_model.Keys.Count == 0)
            return;
        var (key, seq) = _model.Keys.ElementAt(step.Pick % _model.Keys.Count);
        var same = step.Amount % 2 == 0;

        var outcome = await _store.SendAsync(same ? _letters[key] : _letters[key] with { Content = "another" });

        if (same)
            Assert.Equal((SendResult.Duplicate, seq), (outcome.Result, outcome.Seq));
        else
            Assert.Equal(SendResult.KeyConflict, outcome.Result);
    }

    private async Task ClaimAsync(int max, TestHolder? holder)
    {
        if (max == 0)
            return;
        var expected = _model.Queue(Now).Take(max).ToList();
        // What is met on the way and is over ends here: everything before the last that is given out, or all.
        _model.ExpireUpTo(expected.Count < max ? null : expected[^1], Now);

        var claimed = await _store.ClaimAsync("bob", max, holder: holder);
        // A connection's claim does not wait for what it found expired to be written so; the next transition comes after that.
        await _store.Deliveries.SettleAsync([]);

        Assert.Equal(expected.Select(delivery => (delivery.Seq, delivery.Attempt)), claimed.Select(delivery => (delivery.Seq, delivery.Attempt)));
        holder?.Took(claimed.Count);
        for (var i = 0; i < claimed.Count; i++)
            Take(expected[i], claimed[i], holder);
    }

    private void Take(ModelDelivery delivery, ClaimedDelivery claimed, TestHolder? holder)
    {
        if (_leases.Remove(delivery.Seq, out var old))
            _oldLeases.Add(old);
        _leases.Add(delivery.Seq, claimed);
        Assert.Equal(Now + (long)StoreScope.Lease.TotalMilliseconds, claimed.LeaseUntil);
        delivery.State = DeliveryState.Leased;
        delivery.LeaseUntil = claimed.LeaseUntil;
        delivery.Holder = holder;
    }

    private async Task AckAsync(int pick)
    {
        if (Leased is not { Count: > 0 } leased)
            return;
        var delivery = leased[pick % leased.Count];
        Assert.Equal(Settlement.Settled, await _store.AckAsync("bob", _leases[delivery.Seq]));
        delivery.State = DeliveryState.Acknowledged;
        delivery.Holder = null;
    }

    private async Task AckStaleAsync(int pick)
    {
        List<ClaimedDelivery> stale = [.. _oldLeases, .. _leases.Values.Where(lease => _model.Deliveries[lease.Seq].State != DeliveryState.Leased)];
        if (stale.Count == 0)
            return;
        var lease = stale[pick % stale.Count];
        var expected = _model.Deliveries[lease.Seq].State == DeliveryState.Acknowledged ? Settlement.Settled : Settlement.LeaseLost;
        Assert.Equal(expected, await _store.AckAsync("bob", lease));
    }

    private async Task NackAsync(int pick, TimeSpan? delay)
    {
        if (Leased is not { Count: > 0 } leased)
            return;
        var delivery = leased[pick % leased.Count];
        Assert.Equal(Settlement.Settled, await _store.NackAsync("bob", _leases[delivery.Seq], delay));
        _model.Fail(delivery, Now, (long?)delay?.TotalMilliseconds);
    }

    private async Task ExtendAsync(int pick)
    {
        if (Leased is not { Count: > 0 } leased)
            return;
        var delivery = leased[pick % leased.Count];
        Assert.Equal(Settlement.Settled, await _store.ExtendAsync("bob", _leases[delivery.Seq], Extension));
        delivery.LeaseUntil = Now + (long)Extension.TotalMilliseconds;
    }

    private async Task LapseAsync(int seconds)
    {
        await _store.PassAsync(TimeSpan.FromSeconds(seconds));
        _model.Rescue(Now);
    }

    private async Task ExpireAsync(int seconds)
    {
        _store.Clock.Advance(TimeSpan.FromSeconds(seconds));
        while (await _store.ExpireAsync() > 0)
        {
        }

        _model.Expire(Now);
    }

    private async Task DeleteAsync(int pick)
    {
        if (_model.Deliveries.Count == 0)
            return;
        var delivery = _model.Deliveries.Values.ElementAt(pick % _model.Deliveries.Count);
        Assert.Equal(_deleted.Add(delivery.Seq), await _store.Messages.DeleteAsync(_store.Project.Number, delivery.Seq, TestContext.Current.CancellationToken));
        delivery.IsDeleted = true;
        if (delivery.State is DeliveryState.Queued or DeliveryState.Scheduled)
            delivery.State = DeliveryState.Withdrawn;
    }

    private async Task DisconnectAsync()
    {
        _store.Handover.DisconnectAll();
        await _store.ReleaseAsync("bob", _connection);
        _model.Release(_connection);
        _connection = _store.Handover.Connect(_store.Agent("bob").Number, Room);
    }

    private async Task ReopenAsync()
    {
        _store.Handover.DisconnectAll();
        await _store.ReopenAsync();
        _model.Release(null);
        _connection = _store.Handover.Connect(_store.Agent("bob").Number, Room);
        await CompareStatesAsync();
    }

    /// <summary>What holds after each step.</summary>
    private async Task CompareAsync()
    {
        Assert.Equal(_model.Queue(Now).Select(delivery => delivery.Seq), await _store.QueueAsync("bob"));
        var counts = (await _store.CountsAsync("bob"));
        Assert.Equal(
            (_model.Count(DeliveryState.Queued), _model.Count(DeliveryState.Leased), _model.Count(DeliveryState.Dead)),
            (counts.Queued, counts.InFlight, counts.Dead));
        Assert.Equal(_model.Deliveries.Values.Count(delivery => delivery.Holder == _connection), _connection.Out);
        Assert.True(_store.Project.Log.Head >= _head);
        _head = _store.Project.Log.Head;
    }

    private async Task CompareStatesAsync()
    {
        foreach (var delivery in _model.Deliveries.Values)
        {
            var row = await _store.DeliveryAsync(delivery.Seq, "bob");
            Assert.Equal((delivery.Seq, delivery.State, delivery.Attempt), (delivery.Seq, row.State, row.Attempt));
        }
    }
}
