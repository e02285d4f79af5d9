namespace Parley.Server.Storage.Sqlite;

/// <summary>Deliveries that went directly to a connection, without entering the queue. While a connection holds one, the queue's index has no entry
/// for it.</summary>
/// <remarks>Everything runs on the writer's thread, inside its transactions, unless stated otherwise.</remarks>
internal sealed class InFlightRows(MailboxLedger ledger)
{
    /// <summary>A start looks at no more than about this many rows, which takes a tenth of a second.</summary>
    private const long Span = 100_000;

    /// <summary>Deliveries that were given back while the disk refused writes, and are not in the queue yet.</summary>
    private readonly Dictionary<long, int> _owed = [];
    private long _since;

    /// <summary>At the start: deliveries that connections held when the server ended wait again.</summary>
    internal static void Queue(SqliteConnection connection) => connection.Execute(
        """
        BEGIN IMMEDIATE;
        UPDATE deliveries SET handed = 0 WHERE delivery >= (SELECT delivery FROM handed_since) AND handed = 1;
        UPDATE handed_since SET delivery = 1 + coalesce((SELECT max(delivery) FROM deliveries), 0);
        COMMIT;
        """);

    internal static void Queue(SqliteConnection connection, long delivery) =>
        connection.Prepare("UPDATE deliveries SET handed = 0 WHERE delivery = ?1 AND handed = 1").Bind(1, delivery).Run();

    /// <summary>After a rollback: the connection is gone anyway, so its deliveries still have to be queued.</summary>
    internal void Owe(int mailbox, long delivery) => _owed[delivery] = mailbox;

    /// <summary>Queues the deliveries that are missing from the queue.</summary>
    /// <returns>The mailboxes that now have more; call <see cref="Paid"/> once this is on disk.</returns>
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

    /// <summary>From time to time, advances the place where a start begins to look. Deliveries before it that connections hold get their entry in the
    /// queue.</summary>
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
