using Npgsql;
using NpgsqlTypes;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Postgres;

/// <summary>Transitions, acknowledgments, sends, and claims of many callers that go to the database in one round trip and are committed
/// together.</summary>
/// <remarks>The functions in <c>0002_batches.sql</c> do the work, as one implicit transaction, so the database never waits for this node while a
/// project is locked.</remarks>
internal sealed partial class PostgresBatch(PostgresMessageStore store)
{
    /// <summary>The most rows: some milliseconds of work, during which other nodes wait for the project.</summary>
    private const int MaxWeight = 1_024;

    private const NpgsqlDbType Numbers = NpgsqlDbType.Array | NpgsqlDbType.Integer;
    private const NpgsqlDbType LongNumbers = NpgsqlDbType.Array | NpgsqlDbType.Bigint;
    private const NpgsqlDbType Texts = NpgsqlDbType.Array | NpgsqlDbType.Text;

    private static readonly string Apply = $"SELECT * FROM parley_apply_1({string.Join(", ", Enumerable.Range(1, 44).Select(number => $"${number}"))})";

    private const string Claim = "SELECT * FROM parley_claim_2($1, $2, $3, $4, $5, $6, $7, $8)";

    private readonly SortedSet<int> _projects = [];
    private readonly List<ClaimOperation> _claims = [];

    internal CommitEffects News { get; } = new();

    /// <summary>The batch's size, in rows' worth of work.</summary>
    internal int Weight { get; private set; }

    internal bool IsEmpty => Weight == 0;

    internal bool IsFull => Weight >= MaxWeight;

    internal void Add(ClaimOperation claim)
    {
        _projects.Add(claim.Order.Project);
        _claims.Add(claim);
        Weight += claim.Weight;
    }

    /// <summary>Sends everything and waits for the commit. Nobody is notified yet.</summary>
    /// <param name="now">Unix milliseconds.</param>
    internal async Task ExecuteAsync(NpgsqlConnection connection, long now, int node, bool notify)
    {
        await using var batch = new NpgsqlBatch(connection);
        var applies = _acks.Count > 0 || _sends.Count > 0;
        // Before any change that affects several projects, lock them all in the order of their numbers.
        if (_transitions.Count > 0 && _projects.Count > 1)
            batch.BatchCommands.Add(LockCommand());
        if (_transitions is [{ Transition.Unchanged.Count: > 0 } resting])
            batch.BatchCommands.Add(UnchangedCommand(resting.Transition));
        if (_transitions is [{ Transition.DeadLetter: { } dead }])
            batch.BatchCommands.Add(PostgresTransaction.Command("SELECT * FROM parley_replace_dead_1($1, $2, $3)", _transitions[0].Transition.Project, dead, now));
        foreach (var transition in _transitions)
        {
            if (transition.Transition.Writes.Count > 0)
                batch.BatchCommands.Add(ChangeCommand(transition, now, node, notify));
        }

        if (applies)
            batch.BatchCommands.Add(ApplyCommand(now, node, notify));
        else if (_projects.Count > 1 && _transitions.Count == 0)
            batch.BatchCommands.Add(LockCommand());
        if (_spends.Count > 0)
            batch.BatchCommands.Add(SpendCommand());
        if (_hasAnswers)
            batch.BatchCommands.Add(SettleAnsweredCommand(now));
        if (_asked.Count > 0)
            batch.BatchCommands.Add(AskCommand(now));
        foreach (var claim in _claims)
            batch.BatchCommands.Add(ClaimCommand(claim, now, node));
        if (_messagesOf is { } project)
            batch.BatchCommands.Add(PostgresTransaction.Command(AllSent, project, _sends.Count));

        await using var results = await batch.ExecuteReaderAsync();
        if (_transitions.Count > 0 && _projects.Count > 1)
            _ = await results.NextResultAsync();
        if (_transitions is [{ Transition.Unchanged.Count: > 0 }])
            _ = await results.NextResultAsync();
        await ReadReplacedAsync(results, now);
        await ReadChangedAsync(results);
        if (applies)
        {
            _ = await results.ReadAsync();
            ReadApplied(results);
            _ = await results.NextResultAsync();
        }
        else if (_projects.Count > 1 && _transitions.Count == 0)
        {
            _ = await results.NextResultAsync();
        }

        await ReadSpentAsync(results);
        await ReadAnsweredAsync(results);
        await ReadKnownAsync(results);
        foreach (var claim in _claims)
        {
            while (await results.ReadAsync())
                claim.Take(results);
            _ = await results.NextResultAsync();
        }
    }

    /// <summary>After the commit: gives each operation its result, and collects what others must be told.</summary>
    internal void Committed()
    {
        foreach (var transition in _transitions)
            transition.Commit(News);
        CommitReplaced();
        CommitAcks();
        CommitBudgets();
        CommitSends();
        CommitAnswered();
    }

    /// <summary>After the logs in memory are up to date, so that an agent can answer at once: gives connections what was sent to them, and then what
    /// they have claimed, which may have come after it.</summary>
    internal void HandOver()
    {
        foreach (var (holder, delivery) in _handed)
            holder.Deliver(delivery);
        foreach (var claim in _claims)
            claim.Committed(News);
    }

    /// <summary>The batch failed, so reserved room is given back, and what was known of budgets is read again.</summary>
    internal void Cancel()
    {
        foreach (var reserved in _reserved)
            reserved.Holder.Cancel();
        _reserved.Clear();
        ForgetBudgets();
    }

    private NpgsqlBatchCommand LockCommand() =>
        PostgresTransaction.Command("SELECT 1 FROM projects WHERE number = ANY ($1) ORDER BY number FOR NO KEY UPDATE", _projects.ToArray());

    private NpgsqlBatchCommand ApplyCommand(long now, int node, bool notify)
    {
        var command = new NpgsqlBatchCommand(Apply);
        var parameters = command.Parameters;
        parameters.Add(new NpgsqlParameter<long> { TypedValue = now });
        parameters.Add(new NpgsqlParameter<int> { TypedValue = node });
        parameters.Add(new NpgsqlParameter<bool> { TypedValue = notify });
        parameters.Add(Value(_projects.ToArray(), Numbers));
        AddAcks(parameters);
        AddSends(parameters);
        return command;
    }

    private static NpgsqlBatchCommand ClaimCommand(ClaimOperation claim, long now, int node)
    {
        var order = claim.Order;
        var command = new NpgsqlBatchCommand(Claim);
        var parameters = command.Parameters;
        parameters.Add(new NpgsqlParameter<long> { TypedValue = now });
        parameters.Add(Value(order.Holder is null ? null : node, NpgsqlDbType.Integer));
        parameters.Add(new NpgsqlParameter<int> { TypedValue = order.Project });
        parameters.Add(new NpgsqlParameter<int> { TypedValue = order.Agent });
        parameters.Add(new NpgsqlParameter<int> { TypedValue = order.Max });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = order.Bytes });
        parameters.Add(new NpgsqlParameter<long> { TypedValue = (long)order.Lease.TotalMilliseconds });
        parameters.Add(Value(claim.Candidates, LongNumbers));
        return command;
    }

    /// <summary>Types are always given, so that a statement that is prepared once works for both values and NULLs.</summary>
    internal static NpgsqlParameter Value(object? value, NpgsqlDbType type) => new() { NpgsqlDbType = type, Value = value ?? DBNull.Value };
}
