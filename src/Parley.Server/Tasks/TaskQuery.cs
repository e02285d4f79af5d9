using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Rest;

namespace Parley.Server.Tasks;

/// <summary>The filters of a list of tasks.</summary>
internal sealed record TaskQuery(ListQuery List) : IQuery<TaskQuery>
{
    internal AgentTaskStatus? Status { get; init; }
    internal string? Agent { get; init; }
    internal string? Creator { get; init; }
    internal string? Parent { get; init; }
    internal bool? Overdue { get; init; }

    /// <summary>Searches by the rarer key first.</summary>
    internal IEnumerable<string> Marks
    {
        get
        {
            if (Parent is not null)
                yield return TaskKinds.PartOf(Parent);
            if (Overdue == true)
                yield return TaskKinds.Overdue;
            // An agent has few tasks at a time, no matter how many it had before.
            if (Agent is not null)
                yield return Status is AgentTaskStatus.Assigned or AgentTaskStatus.InProgress ? TaskKinds.HeldBy(Agent) : TaskKinds.OfAgent(Agent);
            if (Creator is not null)
                yield return TaskKinds.OfCreator(Creator);
            if (Status is { } status)
                yield return TaskKinds.Mark(status);
        }
    }

    /// <summary>The same filters for a feed. A task's parent and creator never change.</summary>
    internal EntityFilter Filter => new() { Marks = [.. Marks], Lasting = [.. (this with { Status = null, Agent = null, Overdue = null }).Marks] };

    public static TaskQuery Read(QueryReader query) => new(query.List())
    {
        Status = query.Word<AgentTaskStatus>("status", "Only those with this status."),
        Agent = query.Text("agent", "Only those that this agent has or had."),
        Creator = query.Text("creator", "Only those that this agent created."),
        Parent = query.Text("parent", "Only the parts of this task."),
        Overdue = query.Flag("overdue", "With `true`, only those that have not ended although their due date has passed."),
    };
}
