using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Rest;

namespace Parley.Server.Workflows;

/// <summary>The filters of a list of workflows.</summary>
internal sealed record WorkflowQuery(ListQuery List) : IQuery<WorkflowQuery>
{
    internal WorkflowStatus? Status { get; init; }
    internal string? Definition { get; init; }
    internal string? Type { get; init; }
    internal bool? Live { get; init; }

    internal IEnumerable<string> Marks
    {
        get
        {
            // The rarest first.
            if (Live == true)
                yield return WorkflowKinds.Live;
            if (Definition is not null)
                yield return WorkflowKinds.OfDefinition(Definition);
            if (Type is not null)
                yield return WorkflowKinds.OfType(Type);
            if (Status is { } status)
                yield return WorkflowKinds.Mark(status);
        }
    }

    /// <summary>The same filters for a feed.</summary>
    internal EntityFilter Filter => new() { Marks = [.. Marks], Lasting = [.. (this with { Status = null, Live = null }).Marks] };

    public static WorkflowQuery Read(QueryReader query) => new(query.List())
    {
        Status = query.Word<WorkflowStatus>("status", "Only those with this status."),
        Definition = query.Text("definition", "Only those started from this definition."),
        Type = query.Text("type", "Only those of this `workflow_type`."),
        Live = query.Flag("live", "With `true`, only those that have not ended."),
    };
}

/// <summary>The filters of a feed of steps.</summary>
internal sealed record WorkflowStepQuery : IQuery<WorkflowStepQuery>
{
    internal string? Workflow { get; init; }
    internal string? Agent { get; init; }
    internal WorkflowStepStatus? Status { get; init; }

    internal EntityFilter Filter
    {
        get
        {
            var lasting = Workflow is null ? Array.Empty<string>() : [WorkflowKinds.StepsOf(Workflow)];
            var marks = new List<string>(lasting);
            if (Agent is not null)
                marks.Add(WorkflowKinds.OfAgent(Agent));
            if (Status is { } status)
                marks.Add(WorkflowKinds.Mark(status));
            return new EntityFilter { Marks = marks, Lasting = lasting };
        }
    }

    public static WorkflowStepQuery Read(QueryReader query) => new()
    {
        Workflow = query.Text("workflow", "Only those of this workflow."),
        Agent = query.Text("agent", "Only those that this agent has or had last."),
        Status = query.Word<WorkflowStepStatus>("status", "Only those with this status."),
    };
}
