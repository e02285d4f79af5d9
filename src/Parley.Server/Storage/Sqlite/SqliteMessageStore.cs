using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Monitoring;
using Parley.Server.Projects;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Messages and deliveries in SQLite. Each group of operations has its own file: sending, claiming, settling, rescuing, clearing.</summary>
internal sealed partial class SqliteMessageStore : IMessageStore, IDeliveryStore, IHeldMessages, IWriterCache
{
    /// <summary>Keys are remembered this long.</summary>
    private static readonly TimeSpan KeyLife = TimeSpan.FromHours(24);

    private readonly SqliteWriter _writer;
    private readonly SqliteReaders _readers;
    private readonly SqliteLog _log;
    private readonly MailboxLedger _ledger;
    private readonly DeliveryLatency _latency;
    private readonly TimeProvider _clock;
    private readonly HashSet<int> _toWake = [];
    private readonly HashSet<Arrival> _arrived = [];
    private readonly List<ReceiptNote> _receipts = [];
    private readonly List<LogEntry> _released = [];
    private readonly InFlightRows _handed;
    private long _nextDelivery;
    private long _nextLease;

    public SqliteMessageStore(SqliteDatabase database, SqliteLog log, MailboxLedger ledger, DeliveryLatency latency, TimeProvider clock)
    {
        _writer = database.Writer;
        _readers = database.Readers;
        _log = log;
        _ledger = ledger;
        _handed = new InFlightRows(ledger);
        _latency = latency;
        _clock = clock;
        database.Readers.Read(connection =>
        {
            ledger.Load(connection);
            _nextDelivery = (connection.Prepare("SELECT max(delivery) FROM deliveries").Scalar() ?? 0) + 1;
            return true;
        });

        // Increases across restarts without being stored, so a lease from before a restart never matches a new one.
        _nextLease = clock.GetUtcNow().ToUnixTimeMilliseconds() << 12;
        // A number that was assigned in a rolled-back transaction is not reused: delivery numbers may have gaps, unlike the log.
    }

    /// <summary>Takes deliveries that go out at once. Set once, before the first write.</summary>
    internal IHandover Handover { get; set; } = null!;

    /// <summary>The settings of a project, by its number.</summary>
    internal Func<int, EffectiveSettings?> SettingsOf { get; set; } = null!;

    public ValueTask RoomAsync(CancellationToken cancellationToken) => _writer.RoomAsync(cancellationToken);

    private long Now => _clock.GetUtcNow().ToUnixTimeMilliseconds();

    private void Note(int project, long delivery, long seq, int agent, DeliveryState state, int attempt, long stamp)
    {
        if (Handover.WantsReceipts(project))
            _receipts.Add(new ReceiptNote(project, delivery, seq, agent, state, attempt, stamp));
    }

    /// <summary>After the commit: wakes mailboxes that have work, and reports stages.</summary>
    internal void Signal()
    {
        // Before the mailbox is looked at, so that a caller that waits for a reply gets it first.
        _released.ForEach(Handover.Hear);
        _released.Clear();
        foreach (var agent in _toWake)
            Handover.Wake(agent);
        foreach (var (agent, message) in _arrived)
        {
            if (!_toWake.Contains(agent))
                Handover.Wake(agent, message);
        }

        _toWake.Clear();
        _arrived.Clear();
        foreach (var receipt in _receipts)
            Handover.Publish(receipt);
        _receipts.Clear();
    }

    void IWriterCache.Flush(SqliteConnection connection)
    {
    }

    void IWriterCache.Reset()
    {
        _toWake.Clear();
        _arrived.Clear();
        _receipts.Clear();
        _released.Clear();
    }

    private ValueTask<T> WriteAsync<T>(Func<SqliteConnection, T> apply, CancellationToken cancellationToken, int weight = 1) =>
        _writer.WriteAsync(apply, cancellationToken, weight: weight);
}
