using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.History;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Storage;

namespace Parley.Server.Budgets;

/// <summary>Tells people once when a budget is nearly spent, and once when it is spent, and removes the budgets of threads and executions that no
/// longer exist.</summary>
internal sealed class BudgetKeeper(
    BudgetDirectory directory, IBudgetStore store, ProjectDirectory projects, AgentDirectory agents, MessageAccess access, IEntityStore entities, TimeProvider clock)
    : IChore, IMessageBudgets
{
    private static readonly TimeSpan Sweep = TimeSpan.FromMinutes(10);

    private DateTimeOffset _sweptAt = clock.GetUtcNow();

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    /// <summary>Also for messages that came with a change of another concept, and after a crash between a message and what it reached.</summary>
    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        var isSweep = clock.GetUtcNow() - _sweptAt >= Sweep;
        foreach (var project in projects.All)
        {
            if (project.Budgets is not { } budgets)
                continue;
            var spent = await store.SpentAsync(project.Number, cancellationToken);
            foreach (var limit in budgets.All)
            {
                if (limit.StatusAt(In(limit, spent)) > limit.Status)
                    await NoteAsync(project, limit, isRefused: false, cancellationToken);
                if (isSweep && !await ExistsAsync(project, limit, cancellationToken))
                    await RemoveAsync(project, limit, cancellationToken);
            }
        }

        if (isSweep)
            _sweptAt = clock.GetUtcNow();
        return null;
    }

    public async ValueTask NoteAsync(ProjectState project, BudgetLimit limit, bool isRefused)
    {
        // It may be called on the thread that commits.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await NoteAsync(project, limit, isRefused, CancellationToken.None);
        }
        catch (StorageUnavailableException)
        {
            // What was sent has its answer. People are told by the next run, or at the next refusal.
        }
    }

    public async ValueTask<BudgetSum> SpentAsync(ProjectState project, BudgetLimit limit, CancellationToken cancellationToken) =>
        await store.SpentAsync(project.Number, limit.Made, cancellationToken) is { } count ? count.In(limit.Round) : default;

    /// <summary>Notes what a budget has reached.</summary>
    internal async ValueTask NoteAsync(ProjectState project, BudgetLimit limit, bool isRefused, CancellationToken cancellationToken)
    {
        // It may have been changed since. Refusals of a spent budget end here.
        while (project.Budgets?.Find(limit.Kind, limit.Id) is { Status: not BudgetStatus.Spent } current && current.Made == limit.Made && current.Round == limit.Round)
        {
            // What was refused may fit after the budget was raised.
            var refused = isRefused && (current.Messages, current.Bytes) == (limit.Messages, limit.Bytes);
            var spent = await SpentAsync(project, current, cancellationToken);
            if (!refused && current.StatusAt(spent) <= current.Status)
                return;
            var human = await agents.HumanAsync(project, cancellationToken);
            var result = await directory.ChangeAsync(
                project.Number, BudgetKinds.NameOf(limit.Kind, limit.Id), sender: 0,
                present => present is not null && present.Row.Made == current.Made && present.Version == current.Version
                    ? Told(project, BudgetRules.Note(present.Value, current, spent, refused, clock.GetUtcNow()), current, human)
                    : Decision<MessageBudget>.Keep,
                cancellationToken);
            if (!result.TryGet(out _, out _))
                return;
        }
    }

    private static Decision<MessageBudget> Told(ProjectState project, Decision<MessageBudget> decision, BudgetLimit limit, AgentState human) =>
        decision.Type == BudgetKinds.SpentType ? decision.Sending(BudgetMessages.Spent(project, decision.Value!, limit, human)) : decision;

    private async ValueTask<bool> ExistsAsync(ProjectState project, BudgetLimit limit, CancellationToken cancellationToken) => limit.Kind switch
    {
        // It goes on if the agent registers again: otherwise, an agent could get rid of its budget.
        BudgetKind.Agents => true,
        BudgetKind.Threads => await access.FindThreadAsync(project, Guid.Parse(limit.Id), reader: null, cancellationToken) is not null,
        _ => await entities.FindAsync(project.Number, ExecutionNumber, Guid.Parse(limit.Id), cancellationToken) is not null,
    };

    private async ValueTask RemoveAsync(ProjectState project, BudgetLimit limit, CancellationToken cancellationToken) => await directory.ChangeAsync(
        project.Number, BudgetKinds.NameOf(limit.Kind, limit.Id), sender: 0,
        present => present?.Row.Made == limit.Made ? Decision<MessageBudget>.Remove(BudgetKinds.RemovedType) : Decision<MessageBudget>.Keep, cancellationToken);

    /// <summary>The number of executions as a kind of entities.</summary>
    internal const int ExecutionNumber = (int)Log.EntryKind.Execution;

    private static BudgetSum In(BudgetLimit limit, IReadOnlyDictionary<long, BudgetCount> spent) =>
        spent.TryGetValue(limit.Made, out var count) ? count.In(limit.Round) : default;
}
