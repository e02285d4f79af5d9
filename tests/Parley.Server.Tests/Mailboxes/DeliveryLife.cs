using System.Globalization;
using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Mailboxes;

/// <summary>One delivery in a store, and what <see cref="DeliveryRules"/> make of it. After each step both must say the same.</summary>
/// <param name="keepsLeasesOfConnections">Whether the store still knows, when a connection's lease has ended, which one it was.</param>
internal sealed class DeliveryLife(StoreScope store, DeliveryCase @case, bool keepsLeasesOfConnections)
{
    private static readonly TimeSpan Extension = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan LaterDelay = TimeSpan.FromSeconds(3);

    private DeliveryFacts _expected;
    private string _agent = "bob";
    private TestHolder? _holder;
    private ClaimedDelivery? _claimed;
    private SendOutcome _sent = null!;
    private long _delivery;
    private long _queuedAt;
    private long _rank;
    private long _leaseOfItsOwn;
    private bool _isGone;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private long Now => store.Clock.GetUtcNow().ToUnixTimeMilliseconds();

    private EffectiveSettings Settings => store.Settings;

    private DeadLetterSelection This => new(store.Project.Number) { Deliveries = [_delivery] };

    internal async Task LiveAsync()
    {
        try
        {
            await BeginAsync();
            await CompareAsync("its beginning");
            foreach (var step in @case.Steps)
            {
                store.Clock.Advance(TimeSpan.FromMilliseconds(1));
                await StepAsync(step);
                await CompareAsync(step.ToString());
            }
        }
        finally
        {
            // The next case, or a shorter one of this, finds empty mailboxes.
            foreach (var agent in new[] { "bob", "cyd" })
                await store.Deliveries.WithdrawAllAsync(store.Agent(agent).Number, Cancel);
        }
    }

    private async Task BeginAsync()
    {
        _ = await store.Service<ProjectDirectory>().ChangeAsync(store.Project, null, @case.Settings, Cancel);
        store.Handover.DisconnectAll();
        var connection = @case.ToAConnection ? store.Handover.Connect(store.Agent(_agent).Number, room: 1) : null;
        var letter = new Letter("ada", _agent)
        {
            Priority = @case.Priority,
            TimeToLive = TimeSpan.FromSeconds(@case.LifeSeconds),
            DeliverAt = @case.WaitSeconds == 0 ? null : store.Clock.GetUtcNow().AddSeconds(@case.WaitSeconds),
        };
        var begun = DeliveryRules.Begin(Now, letter.DeliverAt?.ToUnixTimeMilliseconds(), letter.Priority, letter.TimeToLive.Value, Settings.PriorityAging);

        _sent = await store.StoreAsync(letter);

        store.Handover.DisconnectAll();
        (_queuedAt, _rank) = (begun.QueuedAt, begun.Rank);
        _expected = new DeliveryFacts(begun.State, 1, 0, null, begun.DueAt, begun.ExpiresAt);
        _delivery = long.Parse((await RowAsync("delivery"))[0], CultureInfo.InvariantCulture);
        Assert.Equal(connection is not null && begun.State == DeliveryState.Queued ? 1 : 0, connection?.Delivered.Count ?? 0);
        if (connection?.Delivered is [var handed])
            Take(handed, connection, StoreScope.Lease);
    }

    private Task StepAsync(DeliveryStep step) => step.Verb switch
    {
        DeliveryVerb.Claim => ClaimAsync(null),
        DeliveryVerb.ClaimForConnection => ClaimAsync(new TestHolder(1)),
        DeliveryVerb.Ack => SettleAsync(SettleVerb.Ack, step.By, null),
        DeliveryVerb.Nack => SettleAsync(SettleVerb.Nack, step.By, null),
        DeliveryVerb.NackAtOnce => SettleAsync(SettleVerb.Nack, step.By, TimeSpan.Zero),
        DeliveryVerb.NackLater => SettleAsync(SettleVerb.Nack, step.By, LaterDelay),
        DeliveryVerb.Extend => SettleAsync(SettleVerb.Extend, step.By, null),
        DeliveryVerb.Surface => SettleAsync(SettleVerb.Surfaced, step.By, null),
        DeliveryVerb.Pass => PassAsync(TimeSpan.FromSeconds(step.Seconds)),
        DeliveryVerb.Expire => ExpireAsync(TimeSpan.FromSeconds(step.Seconds)),
        DeliveryVerb.Disconnect => DisconnectAsync(),
        DeliveryVerb.Delete => DeleteAsync(),
        DeliveryVerb.Supersede => SupersedeAsync(),
        DeliveryVerb.Requeue => RequeueAsync(),
        DeliveryVerb.Purge => PurgeAsync(),
        DeliveryVerb.Move => MoveAsync(),
        DeliveryVerb.DeleteAgent => WithdrawAllAsync(),
        var unknown => throw new ArgumentOutOfRangeException(nameof(step), unknown, null),
    };

    private async Task ClaimAsync(TestHolder? holder)
    {
        var isGiven = _expected.State == DeliveryState.Queued && !DeliveryRules.IsOver(_expected.ExpiresAt, Now);

        var claimed = await store.ClaimAsync(_agent, max: 1, holder: holder);
        // A connection's claim does not wait for what it found expired to be written so; the next transition comes after that.
        await store.Deliveries.SettleAsync([]);

        Assert.Equal(isGiven ? 1 : 0, claimed.Count);
        if (isGiven)
        {
            holder?.Took(1);
            Take(claimed[0], holder, StoreScope.Lease);
        }
        else if (_expected.State == DeliveryState.Queued)
        {
            Become(DeliveryRules.Expire(_expected, Now));
        }
    }

    private void Take(ClaimedDelivery claimed, TestHolder? holder, TimeSpan lease)
    {
        Assert.Equal((_sent.Seq, _delivery, _expected.Attempt), (claimed.Seq, claimed.Delivery, claimed.Attempt));
        Assert.NotEqual(_claimed?.Lease, claimed.Lease);
        Assert.Equal(DeliveryRules.LeaseUntil(lease, Now), claimed.LeaseUntil);
        (_claimed, _holder) = (claimed, holder);
        if (holder is null || keepsLeasesOfConnections)
            _leaseOfItsOwn = claimed.Lease;
        _expected = _expected with { State = DeliveryState.Leased, Lease = claimed.Lease, LeaseUntil = claimed.LeaseUntil };
    }

    private async Task SettleAsync(SettleVerb verb, SettledBy by, TimeSpan? delay)
    {
        // Who has none to name settles by the message.
        if (_claimed is not { } claimed)
            (by, claimed) = (by is SettledBy.AnotherAgent ? by : SettledBy.Nothing, default);
        var (agent, settle) = (_agent, new Settle(verb, store.Project.Number, store.Agent(_agent).Number, _sent.Seq, claimed.Delivery, claimed.Lease)
        {
            MessageId = _sent.MessageId,
            Delay = delay,
            Extension = Extension,
            Reason = "not now",
        });
        settle = by switch
        {
            SettledBy.Nothing => settle with { Delivery = 0, Lease = 0 },
            SettledBy.AnotherLease => settle with { Lease = settle.Lease + 1_000 },
            SettledBy.AnotherAgent => settle with { Agent = store.Agent("dan").Number },
            SettledBy.AnotherMessage => settle with { Seq = settle.Seq + 1 },
            _ => settle,
        };
        var ruling = by is SettledBy.AnotherAgent or SettledBy.AnotherMessage
            ? new SettleRuling(Settlement.NotFound, Changes: false)
            : DeliveryRules.Settle(verb, settle.Lease, _expected);

        Assert.Equal(ruling.Answer, await store.SettleAsync(settle));

        if (ruling.Changes && verb != SettleVerb.Surfaced)
        {
            Become(verb switch
            {
                SettleVerb.Ack => DeliveryRules.Acknowledge(_expected),
                SettleVerb.Nack => DeliveryRules.Fail(_expected, _isGone, Settings, delay, Now),
                _ => DeliveryRules.Extend(_expected, Extension, Now),
            });
        }
    }

    private async Task PassAsync(TimeSpan time)
    {
        await store.PassAsync(time);
        if (_expected.State == DeliveryState.Scheduled)
            Become(DeliveryRules.ComeDue(_expected, Now));
        else if (DeliveryRules.HasLapsed(_expected, Now))
            Become(DeliveryRules.Fail(_expected, _isGone, Settings, null, Now));
    }

    private async Task ExpireAsync(TimeSpan time)
    {
        store.Clock.Advance(time);
        // It looks round the queues; what is scheduled expires when it is due.
        var change = _expected.State == DeliveryState.Queued ? DeliveryRules.Expire(_expected, Now) : DeliveryChange.None;
        Assert.Equal(change.Happens ? 1 : 0, await store.ExpireAsync());
        Become(change);
    }

    private async Task DisconnectAsync()
    {
        if (_holder is not { } gone)
            return;
        await store.ReleaseAsync(_agent, gone);
        Become(DeliveryRules.GiveBack(_expected, _isGone));
    }

    private async Task DeleteAsync()
    {
        if (await store.Messages.DeleteAsync(store.Project.Number, _sent.Seq, Cancel))
            Go();
    }

    private async Task SupersedeAsync()
    {
        await store.StoreAsync(new Letter("ada", "dan") { Supersedes = _sent });
        Go();
    }

    private void Go()
    {
        _isGone = true;
        Become(DeliveryRules.TakeBack(_expected));
    }

    private async Task RequeueAsync()
    {
        var change = DeliveryRules.Requeue(_expected, _isGone, Settings, Now);
        Assert.Equal(change.State == DeliveryState.Queued && change.Happens ? 1 : 0, (await store.Deliveries.RequeueAsync(This, Cancel)).Count);
        if (change is { Happens: true, State: DeliveryState.Queued })
            (_queuedAt, _rank) = (Now, DeliveryRules.Rank(Now, @case.Priority, Settings.PriorityAging));
        Become(change);
    }

    private async Task PurgeAsync()
    {
        var change = DeliveryRules.Purge(_expected);
        Assert.Equal(change.Happens ? 1 : 0, (await store.Deliveries.PurgeAsync(This, Cancel)).Count);
        Become(change);
    }

    private async Task MoveAsync()
    {
        var to = _agent == "bob" ? "cyd" : "bob";
        var change = DeliveryRules.Move(_expected);
        Assert.Equal(change.Happens, await store.Deliveries.MoveAsync(_delivery, store.Agent(_agent).Number, store.Agent(to).Number, Cancel));
        if (change.Happens)
            _agent = to;
        Become(change);
    }

    private async Task WithdrawAllAsync()
    {
        await store.Deliveries.WithdrawAllAsync(store.Agent(_agent).Number, Cancel);
        Become(DeliveryRules.EndWithAgent(_expected));
    }

    private void Become(DeliveryChange change)
    {
        if (!change.Happens)
            return;
        _expected = change.Delivery;
        if (_expected.State == DeliveryState.Leased)
            return;
        _expected = _expected with { Lease = _leaseOfItsOwn };
        _holder = null;
    }

    private async Task CompareAsync(string after)
    {
        var row = await store.DeliveryAsync(_sent.Seq, _agent);
        var stored = await RowAsync("coalesce(due_at, 0)", "coalesce(lease_until, 0)", "expires_at", "rank", "queued_at");
        var state = _expected.State;
        // A time that its state does not look at is nobody's; a connection's lease may be in memory alone.
        var due = state == DeliveryState.Scheduled;
        var until = state == DeliveryState.Leased && (_holder is null || keepsLeasesOfConnections);
        var wanted = new[] { due ? _expected.DueAt ?? 0 : 0, until ? _expected.LeaseUntil ?? 0 : 0, _expected.ExpiresAt ?? 0, _rank, _queuedAt };
        var found = stored.Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        found[0] = due ? found[0] : 0;
        found[1] = until ? found[1] : 0;
        Assert.Equal(
            $"{after}: {state}, attempt {_expected.Attempt}, due, until, expires, rank, queued {string.Join(' ', wanted)}",
            $"{after}: {row.State}, attempt {row.Attempt}, due, until, expires, rank, queued {string.Join(' ', found)}");
        var counts = await store.CountsAsync(_agent);
        Assert.Equal(
            (after, Count(DeliveryState.Queued), Count(DeliveryState.Leased), Count(DeliveryState.Dead)), (after, counts.Queued, counts.InFlight, counts.Dead));
    }

    private int Count(DeliveryState state) => _expected.State == state ? 1 : 0;

    private async Task<string[]> RowAsync(params string[] columns)
    {
        var place = ((long)store.Project.Number << 40) | _sent.Seq;
        var rows = await store.QueryAsync(
            string.Create(CultureInfo.InvariantCulture, $"SELECT {string.Join(", ", columns)} FROM deliveries WHERE place = {place}"), columns.Length);
        return Assert.Single(rows).Split('|');
    }
}
