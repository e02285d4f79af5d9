using System.Collections.Concurrent;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Sqlite;

/// <summary>What the writer knows about each mailbox without reading the disk: how much is waiting, and who holds what.</summary>
/// <remarks>The leases of connections exist only here. A connection does not outlive its server, so leases on disk would only have to be removed
/// after a restart. In the file, such a delivery stays queued until it is settled, or handed if it never waited. Leases taken over REST outlive a
/// restart and are on disk.</remarks>
internal sealed class MailboxLedger(SqliteDatabase database) : IWriterCache, IMailboxCounts, IMailboxAges
{
    private readonly ConcurrentDictionary<int, MailboxAccount> _accounts = new();
    private int _generation;

    /// <summary>Every mailbox that has or had deliveries.</summary>
    internal IEnumerable<KeyValuePair<int, MailboxAccount>> Accounts => _accounts;

    /// <summary>Counts everything that is on disk. Called at the start.</summary>
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

    /// <summary>A mailbox's account, counted again if a transaction was rolled back since.</summary>
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

    public ValueTask<IReadOnlyList<int>> WaitingAsync(int agent, CancellationToken cancellationToken)
    {
        if (Peek(agent) is not { } account)
            return new(new int[5]);
        if (account.Generation == Volatile.Read(ref _generation))
            return new([.. account.Waiting]);
        var waiting = new int[account.Waiting.Length];
        database.Readers.Read(connection =>
        {
            CountWaiting(connection, agent, account, waiting);
            return waiting;
        });
        return new(waiting);
    }

    private MailboxCounts CountsOf(int mailbox)
    {
        if (Peek(mailbox) is not { } account)
            return new MailboxCounts();
        // A transaction was rolled back, and its writer has not been here since. The counts in memory may include what was never stored.
        if (account.Generation != Volatile.Read(ref _generation))
            return database.Readers.Read(connection => CountsOnDisk(connection, mailbox, account));
        return new MailboxCounts
        {
            Queued = account.WaitingTotal,
            InFlight = account.Leases.Count + account.DurableLeases,
            Dead = account.Dead,
        };
    }

    public ValueTask<IReadOnlyDictionary<int, DateTimeOffset>> OldestAsync(IReadOnlyCollection<int> agents, CancellationToken cancellationToken) =>
        database.Readers.ReadAsync<IReadOnlyDictionary<int, DateTimeOffset>>(
            connection =>
            {
                var oldest = new Dictionary<int, DateTimeOffset>();
                foreach (var agent in agents)
                {
                    var rows = connection.Prepare(
                            """
                            SELECT delivery, queued_at FROM deliveries INDEXED BY deliveries_queued WHERE state = 1 AND handed = 0 AND mailbox = ?1
                            ORDER BY rank, delivery LIMIT 200
                            """)
                        .Bind(1, agent);
                    var first = long.MaxValue;
                    // In the file, what connections hold is still queued.
                    while (rows.Step())
                        first = Peek(agent)?.Leases.ContainsKey(rows.Int64(0)) == true ? first : Math.Min(first, rows.Int64(1));
                    if (first < long.MaxValue)
                        oldest[agent] = DateTimeOffset.FromUnixTimeMilliseconds(first);
                }

                return oldest;
            },
            cancellationToken);

    /// <summary>When a connection got a delivery that it still holds; null if none does. Called from other threads than the writer's.</summary>
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

    /// <summary>Counts the deliveries that are queued in the file and that no connection holds, by priority.</summary>
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
            // Some of the held deliveries were never in the queue, and others may already be withdrawn in the file.
            if (connection.Prepare("SELECT 1 FROM deliveries WHERE delivery = ?1 AND state = 1 AND handed = 0").Bind(1, delivery).Scalar() is not null)
                into[(int)lease.Priority]--;
        }
    }

    private static int CountLeased(SqliteConnection connection, int mailbox) => (int)connection.Prepare(
        "SELECT count(*) FROM deliveries INDEXED BY deliveries_leased WHERE mailbox = ?1 AND state = 2").Bind(1, mailbox).Scalar()!.Value;

    private static int CountDead(SqliteConnection connection, int mailbox) => (int)connection.Prepare(
        "SELECT count(*) FROM deliveries INDEXED BY deliveries_dead WHERE mailbox = ?1 AND state = 4").Bind(1, mailbox).Scalar()!.Value;
}

/// <summary>The state of one mailbox.</summary>
internal sealed class MailboxAccount
{
    internal int Generation { get; set; }

    /// <summary>Deliveries that are queued and that nobody holds, by priority 1-4.</summary>
    internal int[] Waiting { get; } = new int[5];

    internal int WaitingTotal => Waiting[1] + Waiting[2] + Waiting[3] + Waiting[4];

    /// <summary>What connections hold, by delivery.</summary>
    internal ConcurrentDictionary<long, ConnectionLease> Leases { get; } = new(concurrencyLevel: 1, capacity: 7);

    internal int DurableLeases { get; set; }

    internal int Dead { get; set; }

    /// <summary>Everything up to here has been given out, so the next claim starts here. Null: from the beginning.</summary>
    internal (long Rank, long Delivery)? GivenOutTo { get; set; }

    /// <summary>How many waiting deliveries come before a new one with this priority, not counting aging.</summary>
    internal int Ahead(Priority priority)
    {
        var ahead = 0;
        for (var other = (int)priority; other < Waiting.Length; other++)
            ahead += Waiting[other];
        return ahead;
    }

    /// <summary>Counts a delivery that now waits in the queue.</summary>
    internal void Queue(Priority priority, long rank, long delivery)
    {
        Waiting[(int)priority]++;
        // Also if it is exactly at this place: otherwise, a delivery that was given out last and came back would never be found again.
        if (GivenOutTo is { } place && (rank, delivery).CompareTo(place) <= 0)
            GivenOutTo = null;
    }

    /// <summary>Counts the mailbox again, because its rows on disk were changed without this account.</summary>
    internal void CountAnew() => Generation = -1;

    /// <summary>Ends a connection's lease without settling the delivery, which then waits again.</summary>
    internal void GiveBack(long delivery, ConnectionLease lease)
    {
        if (!Leases.TryRemove(delivery, out _))
            return;
        Waiting[(int)lease.Priority]++;
        GivenOutTo = null;
    }
}

/// <summary>A delivery that a connection holds.</summary>
/// <param name="Until">Unix milliseconds.</param>
internal sealed record ConnectionLease(IDeliveryHolder Holder, long Lease, long Seq, int Project, Priority Priority, int Attempt, long QueuedAt, long DeliveredAt)
    : HeldDelivery(Holder)
{
    internal required long Until { get; set; }

    /// <summary>Being settled by the current transaction; removed when that commits.</summary>
    internal bool IsEnding { get; set; }

    /// <summary>It went directly to the connection, so the queue has no entry for it.</summary>
    internal bool IsHanded { get; init; }
}
