using System.Collections.Concurrent;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Questions;

namespace Parley.Server.Workflows;

/// <summary>What the server does by itself after a step changes, or an agent comes or goes: it looks at the workflows that this concerns. If a crash
/// interrupts that, <see cref="WorkflowKeeper"/> makes up for it.</summary>
internal sealed class WorkflowFollowUp(
    WorkflowBoard board, WorkflowEngine engine, StepQuestions questions, TimeProvider clock, FollowUps followUps) : IAgentWatcher, IQuestionWatcher
{
    private const int PartSize = 100;

    /// <summary>Workflows that are being looked at, and whether they must be looked at once more.</summary>
    private readonly ConcurrentDictionary<(int Project, string Workflow), bool> _looks = new();

    /// <summary>Looks at a workflow soon. While a look is under way, any number of calls lead to one more.</summary>
    internal void Advance(ProjectState project, string workflowId)
    {
        var isFirst = true;
        _looks.AddOrUpdate((project.Number, workflowId), _ => { isFirst = true; return false; }, (_, _) => { isFirst = false; return true; });
        if (isFirst)
            _ = followUps.RunAsync(project, "a workflow", cancel => LookAsync(project, workflowId, cancel));
    }

    /// <summary>After a step has changed.</summary>
    internal void Changed(ProjectState project, WorkflowStep step)
    {
        Advance(project, step.WorkflowId);
        // The workflow that did it may have to stop.
        if (step.ChildWorkflowId is { } child && !StepMoves.IsHeld(step.Status))
            Advance(project, child);
        if (step.QuestionId is { } question && !StepMoves.IsHeld(step.Status))
            _ = followUps.RunAsync(project, "a workflow", cancel => questions.WithdrawAsync(project, question, cancel));
    }

    public void Ended(ProjectState project, Question question)
    {
        if (question.WorkflowId is { } workflow)
            Advance(project, workflow);
    }

    public void Came(ProjectState project, AgentState agent) => _ = followUps.RunAsync(project, "a workflow", async cancel =>
    {
        var query = new EntityQuery(project.Number, WorkflowKinds.Workflow.Number, PartSize) { Marks = [WorkflowKinds.Unassigned], OldestFirst = true };
        while (true)
        {
            var part = await board.ListAsync(query, cancel);
            foreach (var workflow in part)
                Advance(project, workflow.Value.WorkflowId);
            if (part.Count < PartSize)
                return;
            query = query with { Above = part[^1].Row.Made };
        }
    });

    public void Left(ProjectState project, AgentState agent) => _ = followUps.RunAsync(project, "a workflow", cancel => FreeAsync(project, agent, isGone: false, cancel));

    public async ValueTask RemovedAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken) =>
        await followUps.RunAsync(project, "a workflow", cancel => FreeAsync(project, agent, isGone: true, cancel));

    /// <summary>Steps that any agent with a capability can do go to another one. A step that is for one agent waits for its return, unless it was
    /// deleted.</summary>
    private async ValueTask FreeAsync(ProjectState project, AgentState agent, bool isGone, CancellationToken cancellationToken)
    {
        foreach (var step in await board.HeldAsync(project, WorkflowKinds.HeldBy(agent.Id), cancellationToken))
        {
            if (step.Value.Capability is null && !isGone)
                continue;
            var now = clock.GetUtcNow();
            var call = step.Value.Capability is not null
                ? new StepCall(StepVerb.Lose, now) { Error = isGone ? "The agent was deleted." : "The agent went offline." }
                : new StepCall(StepVerb.Fail, now) { Error = "The agent was deleted.", IsFinal = true };
            var result = await board.ChangeStepAsync(
                project, 0, step.Value.WorkflowId, step.Value.Step,
                present => StepMoves.IsHeld(present.Status) && present.AgentId == agent.Id && (isGone || !agent.IsOnline) ? StepMoves.Make(present, call) : Decision<WorkflowStep>.Keep,
                cancellationToken);
            if (result.TryGet(out var changed, out _))
                Changed(project, changed.Value);
        }
    }

    private async ValueTask LookAsync(ProjectState project, string workflowId, CancellationToken cancellationToken)
    {
        var key = (project.Number, workflowId);
        try
        {
            do
            {
                _looks[key] = false;
                await engine.AdvanceAsync(project, workflowId, cancellationToken);
            }
            while (!_looks.TryRemove(new KeyValuePair<(int, string), bool>(key, false)));
        }
        catch
        {
            _looks.TryRemove(key, out _);
            throw;
        }
    }
}
