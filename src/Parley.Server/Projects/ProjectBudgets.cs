using System.Collections.Concurrent;
using Parley.Protocol;

namespace Parley.Server.Projects;

/// <summary>The message budgets of one project, in memory, on every node.</summary>
internal sealed class ProjectBudgets
{
    private readonly ConcurrentDictionary<string, BudgetLimit> _agents = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, BudgetLimit> _threads = new();
    private readonly ConcurrentDictionary<Guid, BudgetLimit> _executions = new();

    internal int Count => _agents.Count + _threads.Count + _executions.Count;

    internal IEnumerable<BudgetLimit> All => _agents.Values.Concat(_threads.Values).Concat(_executions.Values);

    /// <summary>The budgets that a message counts toward; empty for most.</summary>
    /// <param name="thread">Null for a message that opens a thread, which cannot have a budget yet.</param>
    internal BudgetLimit[] Of(string sender, Guid? thread, Guid? execution)
    {
        var ofAgent = _agents.GetValueOrDefault(sender);
        var ofThread = thread is { } opened ? _threads.GetValueOrDefault(opened) : null;
        var ofExecution = execution is { } run ? _executions.GetValueOrDefault(run) : null;
        if ((ofAgent ?? ofThread ?? ofExecution) is not { } only)
            return [];
        return ofThread is null && ofExecution is null ? [only] : [.. new[] { ofAgent, ofThread, ofExecution }.OfType<BudgetLimit>()];
    }

    internal BudgetLimit? Find(BudgetKind kind, string id) => kind switch
    {
        BudgetKind.Agents => _agents.GetValueOrDefault(id),
        BudgetKind.Threads => _threads.GetValueOrDefault(Guid.Parse(id)),
        _ => _executions.GetValueOrDefault(Guid.Parse(id)),
    };

    /// <summary>The newest version wins, in whatever order they arrive.</summary>
    internal void Keep(BudgetLimit limit)
    {
        if (limit.Kind == BudgetKind.Agents)
            Keep(_agents, limit.Id, limit);
        else
            Keep(limit.Kind == BudgetKind.Threads ? _threads : _executions, Guid.Parse(limit.Id), limit);
    }

    internal void Forget(BudgetKind kind, string id)
    {
        if (kind == BudgetKind.Agents)
            _agents.TryRemove(id, out _);
        else
            (kind == BudgetKind.Threads ? _threads : _executions).TryRemove(Guid.Parse(id), out _);
    }

    private static void Keep<TKey>(ConcurrentDictionary<TKey, BudgetLimit> all, TKey key, BudgetLimit limit)
        where TKey : notnull => all.AddOrUpdate(key, limit, (_, known) => known.Version > limit.Version ? known : limit);
}
