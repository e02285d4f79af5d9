using Npgsql;
using NpgsqlTypes;
using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Monitoring;
using Parley.Server.Projects;

namespace Parley.Server.Storage.Postgres;

/// <summary>Messages and deliveries in PostgreSQL. The most frequent operations are sent in batches (<see cref="PostgresBatch"/>), the others are
/// transactions. Each group of operations has its own file.</summary>
internal sealed partial class PostgresMessageStore : IMessageStore, IDeliveryStore, IHeldMessages
{
    private readonly PostgresDatabase _database;
    private readonly TimeProvider _clock;

    public PostgresMessageStore(PostgresDatabase database, DeliveryLatency latency, TimeProvider clock)
    {
        _database = database;
        _clock = clock;
        Latency = latency;
        Writer = database.Writer;
        Writer.Messages = this;
    }

    /// <summary>The settings of a project, by its number. Set once, before the first write.</summary>
    internal Func<int, EffectiveSettings?> SettingsOf { get; set; } = null!;

    internal PostgresWriter Writer { get; }

    internal IHandover Handover => Writer.Handover;

    internal DeliveryLatency Latency { get; }

    internal HeldLeases Held { get; } = new();

    internal BacklogCache Backlogs { get; } = new();

    internal BudgetCache Budgets { get; } = new();

    internal DeliveryNumbers Numbers { get; } = new();

    public ValueTask RoomAsync(CancellationToken cancellationToken) => Writer.RoomAsync(cancellationToken);

    public Task<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<Send> sends, Resume resume = Resume.OnPool)
    {
        if (sends.Count == 0)
            return Task.FromResult<IReadOnlyList<SendOutcome>>([]);
        var operation = new SendOperation(this, sends, resume);
        Writer.Enqueue(operation);
        return operation.Done;
    }

    public Task<IReadOnlyList<ClaimedDelivery>> ClaimAsync(ClaimOrder order)
    {
        if (order.Chosen is null && !order.Filter.IsEverything)
            return ClaimFilteredAsync(order);
        var operation = new ClaimOperation(this, order, candidates: order.Chosen?.ToArray());
        Writer.Enqueue(operation);
        return operation.Done;
    }

    public Task<IReadOnlyList<Settlement>> SettleAsync(IReadOnlyList<Settle> settles, Resume resume = Resume.OnPool, bool isDeferred = false)
    {
        var operation = new SettleOperation(this, settles, resume);
        Writer.Enqueue(operation);
        GiveRoom(settles);
        return operation.Done;
    }

    /// <summary>A holder that is done with a delivery has room for another: the next one is handed over, or claimed, in the commit of the
    /// acknowledgment, not after it.</summary>
    private void GiveRoom(IReadOnlyList<Settle> settles)
    {
        foreach (var settle in settles)
        {
            if (settle.Verb is SettleVerb.Ack or SettleVerb.Nack && Held.Find(settle.Agent, settle.Delivery) is { } held && held.Lease == settle.Lease)
                held.GiveRoom();
        }
    }

    public ValueTask<IReadOnlyList<ClaimedDelivery>> PeekAsync(ClaimOrder order, CancellationToken cancellationToken) =>
        _database.ReadAsync<IReadOnlyList<ClaimedDelivery>>(
            async (connection, cancel) =>
            {
                await using var command = new NpgsqlCommand(
                    """
                    SELECT d.delivery, d.place, d.attempt, l.whole, l.stamp, l.id_bits, l.thread_id, l.expires_at, l.body
                    FROM deliveries d JOIN log l ON l.place = d.place
                    WHERE d.state = 1 AND d.mailbox = $1
                      AND (d.expires_at IS NULL OR d.expires_at > $2)
                      AND ($3 IS NULL OR l.type = ANY ($3)) AND ($4 IS NULL OR d.priority = ANY ($4)) AND ($5 IS NULL OR l.sender = ANY ($5))
                    ORDER BY d.rank, d.place LIMIT $6
                    """,
                    connection);
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = order.Agent });
                command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Writer.Now });
                AddFilter(command.Parameters, order.Filter);
                command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = order.Max });
                var (found, bytes) = (new List<ClaimedDelivery>(), 0L);
                await using var rows = await command.ExecuteReaderAsync(cancel);
                while (bytes < order.Bytes && await rows.ReadAsync(cancel))
                {
                    var seq = LogKey.Seq(rows.GetInt64(1));
                    var json = rows.GetBoolean(3) ? rows.GetFieldValue<byte[]>(8) : PostgresLogRows.Json(rows, firstColumn: 5, seq, rows.GetInt64(4));
                    found.Add(new ClaimedDelivery(rows.GetInt64(0), seq, rows.GetInt16(2), 0, 0, json));
                    bytes += json.Length;
                }

                return found;
            },
            cancellationToken);

    /// <summary>Records a stage of a delivery, to be reported to watchers after the commit.</summary>
    internal void Note(CommitEffects news, int project, long delivery, long seq, int agent, DeliveryState state, int attempt, long stamp)
    {
        if (Handover.WantsReceipts(project))
            news.Receipts.Add(new ReceiptNote(project, delivery, seq, agent, state, attempt, stamp));
    }

    private void Note(PostgresTransaction transaction, in Found found, in DeliveryChange change, long now) => Note(
        transaction.News, LogKey.Project(found.Place), found.Delivery, LogKey.Seq(found.Place), found.Mailbox, change.State, change.Attempt, now);

    private ValueTask<T> WriteAsync<T>(Func<PostgresTransaction, Task<T>> apply, CancellationToken cancellationToken, int weight = 1) =>
        Writer.WriteAsync(apply, cancellationToken, weight: weight);
}
