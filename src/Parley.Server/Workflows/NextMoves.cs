using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Messages;
using Parley.Server.Projects;

namespace Parley.Server.Workflows;

/// <summary>One look at a workflow: what is, and what follows from it.</summary>
internal sealed record NextMoves(ProjectState Project, Entity<Workflow> Workflow, WorkflowRun Run, Entity<Execution> Execution, DateTimeOffset Now)
{
    /// <summary>The number of the agent that asks for it; 0 for none.</summary>
    internal int Sender { get; init; }

    internal List<EntityWrite> Writes { get; init; } = [];

    internal List<IOutgoingMessage> Messages { get; init; } = [];

    /// <summary>The questions that put steps to people, each with the place of its message.</summary>
    internal List<(Question Question, int Message)> Questions { get; init; } = [];

    /// <summary>The agent that was given a step last.</summary>
    internal string? LastAgent { get; set; }

    /// <summary>The workflows that did steps which are cancelled.</summary>
    internal List<string> Children { get; } = [];

    /// <summary>The questions that put steps which are cancelled to people.</summary>
    internal List<string> Needless { get; } = [];

    /// <summary>Cancels every step that has not ended.</summary>
    internal void CancelAll(WorkflowBoard board, IEnumerable<Entity<WorkflowStep>> steps, string why)
    {
        foreach (var step in steps.Where(step => !StepMoves.IsOver(step.Value.Status)))
        {
            Writes.Add(board.Write(step, StepMoves.Cancel(step.Value, why, Now)));
            if (step.Value.ChildWorkflowId is { } child)
                Children.Add(child);
            if (StepMoves.IsHeld(step.Value.Status) && step.Value.QuestionId is { } question)
                Needless.Add(question);
        }
    }
}
