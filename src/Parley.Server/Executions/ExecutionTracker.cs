using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Squads;

namespace Parley.Server.Executions;

/// <summary>Runs of work: begun, followed, ended once.</summary>
internal sealed class ExecutionTracker(IExecutionStore store, SquadDirectory squads)
{
    /// <summary>An execution shows its newest lines; all of them are in its stream.</summary>
    internal const int MostLines = 1_000;

    internal ValueTask<ExecutionRecord> BeginAsync(
        ProjectState project, Caller caller, ExecutionRequest request, CancellationToken cancellationToken) =>
        store.BeginAsync(
            new NewExecution(project.Number)
            {
                Title = request.Title,
                SquadId = request.SquadId,
                CreatedBy = caller.AgentId,
                Creator = NumberOf(project, caller),
            },
            cancellationToken);

    internal async ValueTask<Execution?> FindAsync(ProjectState project, Guid id, CancellationToken cancellationToken)
    {
        var key = new ExecutionKey(project.Number, id);
        return await store.FindAsync(key, cancellationToken) is { } execution
            ? execution.ToWire(await store.LogsAsync(key, MostLines, cancellationToken))
            : null;
    }

    internal ValueTask<IReadOnlyList<ExecutionRecord>> ListAsync(ExecutionSelection which, CancellationToken cancellationToken) =>
        store.ListAsync(which, cancellationToken);

    internal async ValueTask<ExecutionOutcome> ChangeAsync(
        ProjectState project, Caller caller, Guid id, ExecutionChange change, CancellationToken cancellationToken)
    {
        var key = new ExecutionKey(project.Number, id);
        if (await RefusalAsync(project, caller, key, cancellationToken) is { } refusal)
            return refusal;
        return ToOutcome(await store.ChangeAsync(key, NumberOf(project, caller), change, cancellationToken));
    }

    internal async ValueTask<ExecutionOutcome> EndAsync(
        ProjectState project, Caller caller, Guid id, ExecutionEnding ending, CancellationToken cancellationToken)
    {
        var key = new ExecutionKey(project.Number, id);
        if (await RefusalAsync(project, caller, key, cancellationToken) is { } refusal)
            return refusal;
        return ToOutcome(await store.EndAsync(key, NumberOf(project, caller), ending, cancellationToken));
    }

    /// <summary>An agent writes to those it made and to those of its squads.</summary>
    /// <returns>Null when the caller may write.</returns>
    private async ValueTask<ExecutionOutcome?> RefusalAsync(ProjectState project, Caller caller, ExecutionKey key, CancellationToken cancellationToken)
    {
        var access = caller.May(Permission.WriteExecutions);
        if (access == Access.Yes)
            return null;
        if (await store.FindAsync(key, cancellationToken) is not { } execution)
            return ExecutionOutcome.NotFound;
        var self = NumberOf(project, caller);
        var isIts = access == Access.Own && self != 0 &&
            (execution.Creator == self ||
                (execution.SquadId is { } squad && squads.Find(project, squad) is { } members && members.Members.Any(member => member.Agent == self)));
        return isIts ? null : ExecutionOutcome.Forbidden;
    }

    private static ExecutionOutcome ToOutcome(ExecutionResult result) => result switch
    {
        ExecutionResult.Done => ExecutionOutcome.Done,
        ExecutionResult.NotFound => ExecutionOutcome.NotFound,
        ExecutionResult.Ended => ExecutionOutcome.Ended,
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, message: null),
    };

    private static int NumberOf(ProjectState project, Caller caller) =>
        caller.AgentId is { } id ? project.Agents.Find(id)?.Number ?? 0 : 0;
}

/// <summary>What became of a write.</summary>
internal enum ExecutionOutcome
{
    Done,
    NotFound,
    Ended,
    Forbidden,
}
