using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Executions;
using Parley.Server.Messages;
using Parley.Server.Projects;

namespace Parley.Server.Workflows;

/// <summary>Hands out the steps that can start, all in one commit with their messages and the progress of the workflow.</summary>
internal sealed class StepWork(WorkflowBoard board, WorkflowRuns runs, StepAgents stepAgents, StepQuestions questions, AgentDirectory agents)
{
    /// <summary>The most steps handed out in one commit.</summary>
    private const int MostAtOnce = 200;

    /// <returns>Whether something has changed.</returns>
    internal async ValueTask<bool> HandOutAsync(NextMoves next, CancellationToken cancellationToken)
    {
        var choices = stepAgents.Begin(next.Project);
        if (await TryAsync(next, choices, MostAtOnce, cancellationToken) is { } done)
            return done;
        // A message was refused, because the mailbox of one of the agents is full. One at a time, it turns out which one, and the others get their steps.
        while (true)
        {
            var one = next with { Writes = [], Messages = [], Questions = [] };
            if (await TryAsync(one, choices, mostAtOnce: 1, cancellationToken) is { } alone)
                return alone;
            choices.PassOver(one.LastAgent!);
        }
    }

    /// <returns>Whether something has changed; null if a message was refused.</returns>
    private async ValueTask<bool?> TryAsync(NextMoves next, StepAgents.Choices choices, int mostAtOnce, CancellationToken cancellationToken)
    {
        var (workflow, run) = (next.Workflow.Value, next.Run);
        var changes = new List<(int Place, WorkflowStep Step)>();
        var unassigned = new List<string>();
        foreach (var place in run.Ready(workflow.Status, next.Now).ToList())
        {
            if (changes.Count == mostAtOnce)
                break;
            if (await DecideAsync(next, choices, place, cancellationToken) is not { } decision)
            {
                unassigned.Add(run[place].Value.Step);
                continue;
            }

            changes.Add((place, decision.Value!));
            next.Writes.Add(board.Write(run[place], decision));
        }

        var progress = After(run, changes.Select(change => change.Step));
        var seen = workflow with { Progress = progress, Unassigned = unassigned };
        if (next.Writes.Count == 0 && progress == workflow.Progress && unassigned.SequenceEqual(workflow.Unassigned, StringComparer.Ordinal))
            return false;
        next.Writes.Insert(0, board.Write(next.Workflow, Decision<Workflow>.Put(seen, WorkflowKinds.UpdatedType)));
        if (ExecutionRules.ProgressOfRun(next.Execution.Value, seen, PhaseOf(run, changes)) is { Type: not null } told)
            next.Writes.Add(board.Write(next.Execution, told));
        var firstQuestion = next.Writes.Count;
        next.Writes.AddRange(next.Questions.Select(asked => questions.Write(asked.Question)));
        var outcome = await board.ApplyAsync(new Transition(next.Project.Number, 0, next.Writes) { Messages = next.Messages }, cancellationToken);
        switch (outcome.Result)
        {
            case TransitionResult.Applied:
                run.Version = outcome.Rows[0].Changed;
                for (var i = 0; i < changes.Count; i++)
                    run[changes[i].Place] = board.Written(outcome.Rows[i + 1], changes[i].Step);
                for (var i = 0; i < next.Questions.Count; i++)
                    await questions.PlaceAsync(next.Project, outcome.Rows[firstQuestion + i], (SendOutcome)outcome.Sent[next.Questions[i].Message]);
                return true;
            case TransitionResult.MessageRefused:
                return null;
            default:
                runs.Forget(next.Project, workflow.WorkflowId);
                return outcome.Result != TransitionResult.ProjectGone;
        }
    }

    /// <returns>Null if nobody can take it now.</returns>
    private async ValueTask<Decision<WorkflowStep>?> DecideAsync(NextMoves next, StepAgents.Choices choices, int place, CancellationToken cancellationToken)
    {
        var (step, run) = (next.Run[place].Value, next.Run);
        if (run.IsCutOff(place))
            return StepMoves.Skip(step, "Everything that it waits for was skipped.");
        var results = await ResultsAsync(next, step, cancellationToken);
        foreach (var condition in step.When)
        {
            if (!StepCondition.Holds(condition, results.GetValueOrDefault(condition.Step!)))
                return StepMoves.Skip(step, $"Its condition on '{condition.Step}{condition.Pointer}' does not hold.");
        }

        var input = step.FilledInput;
        if (step.Undoes is null)
        {
            input = null;
            if (step.Input is { } template)
            {
                if (!StepInput.TryFill(template, name => results.GetValueOrDefault(name), out var filled, out var fault))
                    return StepMoves.Fail(step, fault);
                input = filled;
            }
        }

        if (step.Workflow is not null && step.Undoes is null)
            return StepMoves.Assign(step, null, input, next.Now, step.TimeoutSeconds is { } limit ? TimeSpan.FromSeconds(limit) : null);
        if (!(await FindAgentAsync(next, choices, step, cancellationToken)).IsKnown(out var agent, out var problem))
            return problem is null ? null : StepMoves.Fail(step, problem);
        var timeout = step.TimeoutSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : next.Project.Settings.MessageTtl;
        var decision = StepMoves.Assign(step, agent.Id, input, next.Now, timeout, step.Person is null ? null : questions.NewId());
        if (step.Person is null)
            next.Messages.Add(StepHandOut.Message(next.Project, next.Workflow.Value, decision.Value!, agent, timeout));
        else
            questions.Ask(next, decision.Value!, agent);
        next.LastAgent = agent.Id;
        return decision;
    }

    private async ValueTask<Found> FindAgentAsync(NextMoves next, StepAgents.Choices choices, WorkflowStep step, CancellationToken cancellationToken)
    {
        if (step.Capability is { } capability)
            return new Found(await choices.ChooseAsync(capability, cancellationToken), null);
        var id = step.Agent ?? step.Person!;
        var agent = id == AgentDirectory.Human ? await agents.HumanAsync(next.Project, cancellationToken) : next.Project.Agents.Find(id);
        if (agent is null)
            return new Found(null, $"The agent '{id}' does not exist any more.");
        return new Found(choices.IsFull(id) ? null : agent, null);
    }

    /// <summary>The results that a step refers to, by the names of their steps. What was skipped or failed has none.</summary>
    private async ValueTask<Dictionary<string, JsonElement?>> ResultsAsync(NextMoves next, WorkflowStep step, CancellationToken cancellationToken)
    {
        var names = step.When.Select(condition => condition.Step!);
        if (step is { Input: { } input, Undoes: null })
            names = names.Concat(StepInput.ReferencesIn(input, out _).Select(reference => reference.Step));
        var results = new Dictionary<string, JsonElement?>(StringComparer.Ordinal);
        foreach (var name in names.Distinct(StringComparer.Ordinal))
        {
            results[name] = name == WorkflowPlan.InputName
                ? next.Workflow.Value.Input ?? NoResult
                : next.Run.Plan.PlaceOf(name) is { } place && next.Run[place].Value.Status == WorkflowStepStatus.Completed
                    ? (await board.FindStepAsync(next.Project, next.Workflow.Value.WorkflowId, name, cancellationToken))?.Value.Result ?? NoResult
                    : null;
        }

        return results;
    }

    /// <summary>A step that completed without a result, so that a reference into it is an error, unlike one to a step that was skipped.</summary>
    private static readonly JsonElement NoResult = JsonElement.Parse("null");

    private static WorkflowProgress After(WorkflowRun run, IEnumerable<WorkflowStep> changes)
    {
        var progress = run.Progress;
        return progress with { Done = progress.Done + changes.Count(step => step.Undoes is null && StepMoves.IsOver(step.Status)) };
    }

    /// <summary>The steps that are being worked on.</summary>
    private static string? PhaseOf(WorkflowRun run, List<(int Place, WorkflowStep Step)> changes)
    {
        const int mostNamed = 3;
        var names = run.Held.Concat(changes.Where(change => StepMoves.IsHeld(change.Step.Status)).Select(change => change.Place))
            .Distinct().Order().Select(place => run[place].Value.Step).ToList();
        return names.Count == 0 ? null : names.Count <= mostNamed
            ? string.Join(", ", names)
            : System.FormattableString.Invariant($"{string.Join(", ", names.Take(mostNamed))} and {names.Count - mostNamed} more");
    }

    /// <param name="Problem">Why nobody can ever take it; null if somebody may be able to later.</param>
    private readonly record struct Found(AgentState? Agent, string? Problem)
    {
        internal bool IsKnown([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out AgentState? agent, out string? problem)
        {
            (agent, problem) = (Agent, Problem);
            return agent is not null;
        }
    }
}
