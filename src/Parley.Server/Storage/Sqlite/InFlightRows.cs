namespace Parley.Server.Storage.Sqlite;

/// <summary>Deliveries that went to a connection past the queue: while they are in its hands, the queue's index has no entry of them.</summary>
/// <remarks>On the writer's thread, inside its transactions, unless said otherwise.</remarks>
internal sealed class InFlightRows(MailboxLedger ledger)
{
    /// <summary>A start looks through no more than about this many rows, a tenth of a second.</summary>
    private const long Span = 100_000;

    /// <summary>Given back while the disk refused: not in the queue yet.</summary>
    private readonly Dictionary<long, int> _owed = [];
    private long _since;

    /// <summary>At a start: whatever was in hands when the server ended waits again.</summary>
    internal static void Queue(SqliteConnection connection) => connection.Execute(
        """
        BEGIN IMMEDIATE;
        UPDATE deliveries SET handed = 0 WHERE delivery >= (SELECT delivery FROM handed_since) AND handed = 1;
        UPDATE handed_since SET delivery = 1 + coalesce((SELECT max(delivery) FROM deliveries), 0);
        COMMIT;
        """);

    internal static void Queue(SqliteConnection connection, long delivery) =>
        connection.Prepare("UPDATE deliveries SET handed = 0 WHERE delivery = ?1 AND handed = 1").Bind(1, delivery).Run();

    /// <summary>After a transaction that was undone: the connection is gone all the same, and the queue is owed its entries.</summary>
    internal void Owe(int mailbox, long delivery) => _owed[delivery] = mailbox;

    /// <summary>Queues what is owed.</summary>
    /// <returns>The mailboxes that have more now; <see cref="Paid"/> tells that it is on disk.</returns>
    internal IReadOnlyCollection<int> Pay(SqliteConnection connection)
    {
        if (_owed.Count == 0)
            return [];
        foreach (var delivery in _owed.Keys)
            Queue(connection, delivery);
        var mailboxes = _owed.Values.ToHashSet();
        foreach (var mailbox in mailboxes)
            ledger.Peek(mailbox)?.CountAnew();
        return mailboxes;
    }

    internal void Paid() => _owed.Clear();

    /// <summary>Once in a while, moves the place where a start begins to look; what is in hands from before it gets its entry in the queue.</summary>
    /// <param name="next">The next delivery's number.</param>
    internal void Advance(SqliteConnection connection, long next)
    {
        if (next - _since < Span)
            return;
        _since = next - (Span / 2);
        foreach (var (_, account) in ledger.Accounts)
        {
            foreach (var (delivery, lease) in account.Leases)
            {
                if (lease.IsHanded && delivery < _since)
                    Queue(connection, delivery);
            }
        }

        connection.Prepare("UPDATE handed_since SET delivery = ?1").Bind(1, _since).Run();
    }
}
