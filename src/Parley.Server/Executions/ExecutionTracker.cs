using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Squads;
using Parley.Server.Wire;

namespace Parley.Server.Executions;

/// <summary>Executions: started, followed, ended once.</summary>
internal sealed class ExecutionTracker(EntityBoard<Execution> executions, SquadDirectory squads)
{
    /// <summary>An execution shows only its newest lines. All of them are on its stream.</summary>
    internal const int MostLines = 1_000;

    internal async ValueTask<Result<Execution>> BeginAsync(ProjectState project, Caller caller, ExecutionRequest request, CancellationToken cancellationToken) =>
        (await executions.AddAsync(project.Number, caller.NumberIn(project), ExecutionRules.Begin(request, caller.AgentId), cancellationToken))
        .TryGet(out var begun, out var problem) ? begun.Value : problem;

    internal async ValueTask<Execution?> FindAsync(ProjectState project, Guid id, CancellationToken cancellationToken) =>
        await executions.FindAsync(project.Number, id, cancellationToken) is { } found
            ? await WithLinesAsync(found, cancellationToken)
            : null;

    /// <summary>With its log lines, for a caller that asks for a single execution.</summary>
    internal async ValueTask<Execution> WithLinesAsync(Entity<Execution> execution, CancellationToken cancellationToken) =>
        execution.Value with { Logs = await LinesAsync(execution, cancellationToken) };

    internal ValueTask<IReadOnlyList<Entity<Execution>>> ListAsync(EntityQuery which, CancellationToken cancellationToken) => executions.ListAsync(which, cancellationToken);

    /// <summary>Changes an execution that has not ended.</summary>
    /// <returns>Its current state.</returns>
    internal async ValueTask<Result<Entity<Execution>>> ChangeAsync(
        ProjectState project, Caller caller, Guid id, Func<Execution, Decision<Execution>> change, CancellationToken cancellationToken) =>
        (await executions.ChangeAsync(project.Number, id, caller.NumberIn(project), present => Decide(project, caller, id, present, change), cancellationToken))
        .TryGet(out var changed, out var problem) ? changed! : problem;

    private Decision<Execution> Decide(
        ProjectState project, Caller caller, Guid id, Entity<Execution>? present, Func<Execution, Decision<Execution>> change)
    {
        if (present is null)
            return Decision<Execution>.Refuse(Problems.NotFound("execution", id.ToString()));
        if (!MayWrite(project, caller, present))
            return Decision<Execution>.Refuse(Problems.Forbidden("An agent can change only the executions that it started and those of its squads."));
        if (ExecutionRules.IsOver(present.Value))
            return Decision<Execution>.Refuse(Problems.ExecutionEnded(id.ToString()));
        var decision = change(present.Value);
        return present.Value.WorkflowId is { } workflow && decision is { Type: not null and not ExecutionRules.LineType }
            ? Decision<Execution>.Refuse(Problems.Conflict($"The execution '{id}' is a run of the workflow '{workflow}', which reports its progress and its end. To stop it, cancel the workflow."))
            : decision;
    }

    /// <summary>An agent may change the executions that it started and those of its squads.</summary>
    private bool MayWrite(ProjectState project, Caller caller, Entity<Execution> execution)
    {
        var access = caller.May(Permission.WriteExecutions);
        if (access == Access.Yes)
            return true;
        var self = caller.NumberIn(project);
        return access == Access.Own && self != 0 &&
            (execution.Row.Maker == self ||
                (execution.Value.SquadId is { } squad && squads.Has(project, squad, self)));
    }

    /// <summary>The newest lines, oldest first. Each is in the log entry that added it.</summary>
    private async ValueTask<IReadOnlyList<ExecutionLog>> LinesAsync(Entity<Execution> execution, CancellationToken cancellationToken)
    {
        var lines = new List<ExecutionLog>();
        foreach (var entry in await executions.HistoryAsync(execution, ExecutionRules.LineType, MostLines, cancellationToken))
            lines.AddRange(JsonSerializer.Deserialize(entry.Json, WireJson.Lenient.Execution)!.Logs);
        lines.Reverse();
        return lines;
    }
}
