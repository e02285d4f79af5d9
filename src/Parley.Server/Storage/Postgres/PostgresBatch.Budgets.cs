using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;
using Parley.Server.Messages;
using Parley.Server.Projects;

namespace Parley.Server.Storage.Postgres;

/// <summary>What the messages of a batch spend of budgets. A batch without such messages does no work here.</summary>
internal sealed partial class PostgresBatch
{
    private const string OverBudget = "PA004";

    private const string Spend = "SELECT * FROM parley_spend_1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";

    /// <summary>Keys are remembered for a day.</summary>
    private const string KnownKeys =
        """
        SELECT a.n FROM unnest($1, $2, $3) WITH ORDINALITY AS a (project, caller, key, n)
        JOIN idempotency i ON i.project = a.project AND i.caller = a.caller AND i.key = a.key WHERE i.at > $4 - 86400000
        """;

    private readonly List<(SendOperation Operation, int Index, Send Send)> _asked = [];
    private readonly List<int> _known = [];
    private readonly Dictionary<BudgetLimit, PlannedBudget> _budgets = [];
    private readonly List<(BudgetLimit Budget, int Send)> _spends = [];
    private readonly List<(BudgetLimit Budget, BudgetSum Sum)> _spent = [];
    private readonly HashSet<BudgetLimit> _reached = [];

    /// <param name="Subscript">From 1.</param>
    private sealed record PlannedBudget(int Subscript)
    {
        /// <summary>What the batch's messages would spend if all of them were stored.</summary>
        internal BudgetSum Planned { get; set; }
    }

    /// <summary>Whether another node has spent a budget in the meantime: with what is read again, the same operations have a different outcome.</summary>
    internal static bool IsOverBudget(Exception fault) => fault is PostgresException { SqlState: OverBudget };

    /// <summary>Whether budgets, of which the sums are known, allow a message.</summary>
    /// <param name="refusal">Null if they do, or if that depends on the result of this batch.</param>
    internal bool Allows(Send send, BudgetLimit[] budgets, out BudgetRefusal? refusal)
    {
        refusal = null;
        if (send.IsPastBudgets)
            return true;
        var allows = true;
        foreach (var limit in budgets)
        {
            var spent = store.Budgets.Of(limit);
            if (!limit.Allows(spent, send.Bytes))
            {
                refusal = new BudgetRefusal(limit, spent);
                return false;
            }

            var planned = _budgets.TryGetValue(limit, out var budget) ? budget.Planned : default;
            allows &= limit.Allows(new BudgetSum(spent.Messages + planned.Messages, spent.Bytes + planned.Bytes), send.Bytes);
        }

        return allows;
    }

    private void PlanBudgets(Send send, BudgetLimit[] budgets)
    {
        foreach (var limit in budgets)
        {
            ref var budget = ref CollectionsMarshal.GetValueRefOrAddDefault(_budgets, limit, out _);
            budget ??= new PlannedBudget(_budgets.Count);
            budget.Planned = budget.Planned.Plus(send.Bytes);
            _spends.Add((limit, _sends.Count - 1));
        }
    }

    private NpgsqlBatchCommand SpendCommand()
    {
        var budgets = _budgets.OrderBy(budget => budget.Value.Subscript).ToList();
        var projects = _spends.Select(spend => _sends[spend.Send].Project).Distinct().ToList();
        var sends = _spends.ConvertAll(spend => _sends[spend.Send]);
        var command = new NpgsqlBatchCommand(Spend);
        var to = command.Parameters;
        to.Add(Value(Ints(projects, project => project.Number), Numbers));
        to.Add(Value(Ints(projects, project => project.Messages), Numbers));
        to.Add(Value(Longs(budgets, budget => PlaceOf(budget.Key)), LongNumbers));
        to.Add(Value(Ints(budgets, budget => budget.Key.Round), Numbers));
        to.Add(Value(budgets.Select(budget => budget.Key.Messages).ToArray(), LongNumbers));
        to.Add(Value(budgets.Select(budget => budget.Key.Bytes).ToArray(), LongNumbers));
        to.Add(Value(Ints(_spends, spend => _budgets[spend.Budget].Subscript), Numbers));
        to.Add(Value(Ints(sends, send => send.Project.Number), Numbers));
        to.Add(Value(Longs(sends, send => send.Bits), LongNumbers));
        to.Add(Value(Longs(sends, send => send.Send.Bytes), LongNumbers));
        to.Add(Value(sends.Select(send => !send.Send.IsPastBudgets).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Boolean));
        return command;
    }

    /// <summary>A budget does not allow a send. If an earlier send with its key has stored the same message, that is the answer instead.</summary>
    internal void Ask(SendOperation operation, int index, Send send)
    {
        if (send.IdempotencyKey is null)
            return;
        _asked.Add((operation, index, send));
        Weight++;
    }

    private NpgsqlBatchCommand AskCommand(long now)
    {
        var command = new NpgsqlBatchCommand(KnownKeys);
        command.Parameters.Add(Value(Ints(_asked, asked => asked.Send.Project.Number), Numbers));
        command.Parameters.Add(Value(_asked.Select(asked => asked.Send.Sender.Caller).ToArray(), Texts));
        command.Parameters.Add(Value(_asked.Select(asked => asked.Send.IdempotencyKey).ToArray(), Texts));
        command.Parameters.Add(Value(now, NpgsqlDbType.Bigint));
        return command;
    }

    private async Task ReadKnownAsync(NpgsqlDataReader results)
    {
        if (_asked.Count == 0)
            return;
        while (await results.ReadAsync())
            _known.Add((int)results.GetInt64(0) - 1);
        _ = await results.NextResultAsync();
    }

    private async Task ReadSpentAsync(NpgsqlDataReader results)
    {
        if (_spends.Count == 0)
            return;
        var byPlace = _budgets.Keys.ToDictionary(PlaceOf);
        while (await results.ReadAsync())
            _spent.Add((byPlace[results.GetInt64(0)], new BudgetSum(results.GetInt64(1), results.GetInt64(2))));

        _ = await results.NextResultAsync();
    }

    private void CommitBudgets()
    {
        foreach (var index in _known)
            _asked[index].Operation.KeyTaken(_asked[index].Index);
        foreach (var (limit, sum) in _spent)
        {
            if (limit.StatusAt(sum) > limit.StatusAt(store.Budgets.Of(limit)))
                _reached.Add(limit);
            store.Budgets.Set(limit, sum);
        }
    }

    /// <summary>The batch failed: another node may have spent more than this one knows.</summary>
    private void ForgetBudgets()
    {
        foreach (var limit in _budgets.Keys)
            store.Budgets.Forget(limit);
    }

    private static long PlaceOf(BudgetLimit limit) => LogKey.Of(limit.Project, limit.Made);

    private IReadOnlyList<BudgetLimit> ReachedBy(Send send) => _reached.Count == 0 ? [] : [.. send.Budgets.Where(_reached.Contains)];
}
