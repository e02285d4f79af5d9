using System.Collections.Concurrent;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Sqlite;

/// <summary>What the writer knows of each mailbox without asking the disk: how much waits, and who holds what.</summary>
/// <remarks>The leases of connections live here alone. A connection does not outlive its server, so a lease on disk would only have to be
/// taken back after a restart; in the file such a delivery is queued until it is settled, or handed where it never waited. Leases over REST outlive
/// a restart and are on disk.</remarks>
internal sealed class MailboxLedger(SqliteDatabase database) : IWriterCache, IMailboxCounts
{
    private readonly ConcurrentDictionary<int, MailboxAccount> _accounts = new();
    private int _generation;

    /// <summary>Every mailbox that holds or held something.</summary>
    internal IEnumerable<KeyValuePair<int, MailboxAccount>> Accounts => _accounts;

    /// <summary>Counts everything that is on disk; at start.</summary>
    internal void Load(SqliteConnection connection)
    {
        var waiting = connection.Prepare(
            "SELECT mailbox, priority, count(*) FROM deliveries INDEXED BY deliveries_queued WHERE state = 1 AND handed = 0 GROUP BY mailbox, priority");
        while (waiting.Step())
            Account(waiting.Int32(0)).Waiting[waiting.Int32(1)] = waiting.Int32(2);
        var leased = connection.Prepare("SELECT mailbox, count(*) FROM deliveries INDEXED BY deliveries_leased WHERE state = 2 GROUP BY mailbox");
        while (leased.Step())
            Account(leased.Int32(0)).DurableLeases = leased.Int32(1);
        var dead = connection.Prepare("SELECT mailbox, count(*) FROM deliveries INDEXED BY deliveries_dead WHERE state = 4 GROUP BY mailbox");
        while (dead.Step())
            Account(dead.Int32(0)).Dead = dead.Int32(1);
    }

    /// <summary>A mailbox's account, counted again if a transaction was undone since.</summary>
    internal MailboxAccount Of(SqliteConnection connection, int mailbox)
    {
        var account = Account(mailbox);
        if (account.Generation != _generation)
            Recount(connection, mailbox, account);
        return account;
    }

    internal MailboxAccount? Peek(int mailbox) => _accounts.GetValueOrDefault(mailbox);

    public ValueTask<IReadOnlyDictionary<int, MailboxCounts>> CountsAsync(IReadOnlyCollection<int> agents, CancellationToken cancellationToken) =>
        new(agents.Distinct().ToDictionary(agent => agent, CountsOf));

    private MailboxCounts CountsOf(int mailbox)
    {
        if (Peek(mailbox) is not { } account)
            return new MailboxCounts();
        // A transaction was undone and its writer has not come here since: what memory counts may be what never was.
        if (account.Generation != Volatile.Read(ref _generation))
            return database.Readers.Read(connection => CountsOnDisk(connection, mailbox, account));
        return new MailboxCounts
        {
            Queued = account.WaitingTotal,
            InFlight = account.Leases.Count + account.DurableLeases,
            Dead = account.Dead,
        };
    }

    /// <summary>When a connection got a delivery that it still holds; null when none does. Asked from other threads than the writer's.</summary>
    internal long? HeldDeliveredAt(int mailbox, long delivery) =>
        Peek(mailbox) is { } account && account.Leases.TryGetValue(delivery, out var lease) ? lease.DeliveredAt : null;

    internal void Forget(int mailbox) => _accounts.TryRemove(mailbox, out _);

    public void Flush(SqliteConnection connection)
    {
    }

    public void Reset() => Volatile.Write(ref _generation, _generation + 1);

    private MailboxAccount Account(int mailbox) =>
        _accounts.TryGetValue(mailbox, out var account)
            ? account
            : _accounts.GetOrAdd(mailbox, new MailboxAccount { Generation = _generation });

    private void Recount(SqliteConnection connection, int mailbox, MailboxAccount account)
    {
        CountWaiting(connection, mailbox, account, account.Waiting);
        account.DurableLeases = CountLeased(connection, mailbox);
        account.Dead = CountDead(connection, mailbox);
        account.GivenOutTo = null;
        account.Generation = _generation;
    }

    private static MailboxCounts CountsOnDisk(SqliteConnection connection, int mailbox, MailboxAccount account)
    {
        var waiting = new int[account.Waiting.Length];
        CountWaiting(connection, mailbox, account, waiting);
        return new MailboxCounts
        {
            Queued = waiting.Sum(),
            InFlight = account.Leases.Count + CountLeased(connection, mailbox),
            Dead = CountDead(connection, mailbox),
        };
    }

    /// <summary>What is queued in the file and held by no connection, by priority.</summary>
    private static void CountWaiting(SqliteConnection connection, int mailbox, MailboxAccount account, int[] into)
    {
        Array.Clear(into);
        var queued = connection.Prepare(
                "SELECT priority, count(*) FROM deliveries INDEXED BY deliveries_queued WHERE state = 1 AND handed = 0 AND mailbox = ?1 GROUP BY priority")
            .Bind(1, mailbox);
        while (queued.Step())
            into[queued.Int32(0)] = queued.Int32(1);
        foreach (var (delivery, lease) in account.Leases)
        {
            // Of what is held, some was never in the queue, and the file may have withdrawn some already.
            if (connection.Prepare("SELECT 1 FROM deliveries WHERE delivery = ?1 AND state = 1 AND handed = 0").Bind(1, delivery).Scalar() is not null)
                into[(int)lease.Priority]--;
        }
    }

    private static int CountLeased(SqliteConnection connection, int mailbox) => (int)connection.Prepare(
        "SELECT count(*) FROM deliveries INDEXED BY deliveries_leased WHERE mailbox = ?1 AND state = 2").Bind(1, mailbox).Scalar()!.Value;

    private static int CountDead(SqliteConnection connection, int mailbox) => (int)connection.Prepare(
        "SELECT count(*) FROM deliveries INDEXED BY deliveries_dead WHERE mailbox = ?1 AND state = 4").Bind(1, mailbox).Scalar()!.Value;
}

/// <summary>One mailbox.</summary>
internal sealed class MailboxAccount
{
    internal int Generation { get; set; }

    /// <summary>Queued and held by nobody, by priority 1-4.</summary>
    internal int[] Waiting { get; } = new int[5];

    internal int WaitingTotal => Waiting[1] + Waiting[2] + Waiting[3] + Waiting[4];

    /// <summary>What connections hold, by delivery.</summary>
    internal ConcurrentDictionary<long, ConnectionLease> Leases { get; } = new(concurrencyLevel: 1, capacity: 7);

    internal int DurableLeases { get; set; }

    internal int Dead { get; set; }

    /// <summary>Everything up to here is given out: where the next claim starts. Null: from the beginning.</summary>
    internal (long Rank, long Delivery)? GivenOutTo { get; set; }

    /// <summary>How many waiting deliveries go before a new one of this priority, ageing aside.</summary>
    internal int Ahead(Priority priority)
    {
        var ahead = 0;
        for (var other = (int)priority; other < Waiting.Length; other++)
            ahead += Waiting[other];
        return ahead;
    }

    /// <summary>A delivery is in the queue and waits.</summary>
    internal void Queue(Priority priority, long rank, long delivery)
    {
        Waiting[(int)priority]++;
        // At the place too: what was given out last and came back would otherwise never be looked at again.
        if (GivenOutTo is { } place && (rank, delivery).CompareTo(place) <= 0)
            GivenOutTo = null;
    }

    /// <summary>What is on disk has changed by another way than this account's.</summary>
    internal void CountAnew() => Generation = -1;

    /// <summary>A connection's lease ends without settling: the delivery waits again.</summary>
    internal void GiveBack(long delivery, ConnectionLease lease)
    {
        if (!Leases.TryRemove(delivery, out _))
            return;
        Waiting[(int)lease.Priority]++;
        GivenOutTo = null;
    }
}

/// <summary>A delivery that a connection has.</summary>
/// <param name="Until">Unix milliseconds.</param>
internal sealed record ConnectionLease(IDeliveryHolder Holder, long Lease, long Seq, int Project, Priority Priority, int Attempt, long QueuedAt, long DeliveredAt)
    : HeldDelivery(Holder)
{
    internal required long Until { get; set; }

    /// <summary>Settled in the transaction under way; gone with its commit.</summary>
    internal bool IsEnding { get; set; }

    /// <summary>It came past the queue, which has no entry of it.</summary>
    internal bool IsHanded { get; init; }
}
