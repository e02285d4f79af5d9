using System.Diagnostics.CodeAnalysis;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Settings;
using Parley.Server.Wire;

namespace Parley.Server.Tasks;

/// <summary>Task transitions as callers request them: identifies the caller, takes the time, and writes the audit entry.</summary>
internal sealed class TaskHands(TaskBoard board, AssignmentEngine engine, IAuditTrail audit, ServerSettings settings, TimeProvider clock)
{
    /// <summary>Assigns a task to an agent by name, or to the one that the engine chooses.</summary>
    internal async ValueTask<Result<Entity<AgentTask>>> GiveAsync(
        ProjectState project, Caller caller, string id, string? agentId, long? version, CancellationToken cancellationToken)
    {
        Result<Entity<AgentTask>> result;
        if (agentId is null)
        {
            result = await engine.AssignAsync(project, caller.NumberIn(project), id, version, cancellationToken);
        }
        else
        {
            if (project.Agents.Find(agentId) is null)
                return Problems.NotFound("agent", agentId);
            var now = clock.GetUtcNow();
            var step = new TaskStep(TaskVerb.Assign, now) { Agent = agentId, LeaseUntil = now + settings.TaskLease };
            result = await board.MoveAsync(project, id, caller.NumberIn(project), version, _ => step, cancellationToken);
        }

        if (result.Problem is null)
            await audit.RecordAsync(caller, project.Id, "task.assigned", id, cancellationToken);
        return result;
    }

    /// <summary>Makes a transition for a caller.</summary>
    /// <param name="reason">Why it fails, is rejected, or is taken back.</param>
    internal async ValueTask<Result<Entity<AgentTask>>> MoveAsync(
        ProjectContext context, string id, TaskVerb verb, long? version, TaskMove move, string? reason)
    {
        var (project, caller) = (context.Project, context.Caller);
        var now = clock.GetUtcNow();
        var step = new TaskStep(verb, now)
        {
            Fence = move.Fence,
            Worker = caller.May(Permission.WorkOnTasks) == Access.Own ? caller.AgentId : null,
            LeaseUntil = verb is TaskVerb.Accept or TaskVerb.Start or TaskVerb.Extend
                ? now + (move.LeaseSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : settings.TaskLease)
                : null,
            Result = move.Result,
            Reason = reason,
        };
        var result = await board.MoveAsync(project, id, caller.NumberIn(project), version, _ => step, context.Cancellation);
        if (result.Problem is null)
            await audit.RecordAsync(caller, project.Id, $"task.{WireType.WordOf(verb)}", id, context.Cancellation);
        return result;
    }

    /// <summary>The body may repeat values from the path and headers, but they must agree.</summary>
    internal static bool TryAgree(
        string? path, string? body, long? match, long? said, [NotNullWhen(true)] out string? id, out long? version, [NotNullWhen(false)] out ApiProblem? problem)
    {
        (id, version) = (path ?? body, match ?? said);
        problem = id is null ? Problems.InvalidField("task_id", "is missing")
            : path is not null && body is not null && path != body ? Problems.InvalidField("task_id", "must be absent or the same as in the path")
            : match is not null && said is not null && match != said ? Problems.InvalidField("if_version", "differs from If-Match")
            : null;
        return problem is null;
    }
}
