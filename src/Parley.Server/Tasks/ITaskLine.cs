namespace Parley.Server.Tasks;

/// <summary>Task changes reported between nodes that share a store: a node that changes a task reports it to the others, because the agents concerned
/// may be connected there. The reports are live: lost ones are not sent again, but the changes are in the log.</summary>
internal interface ITaskLine
{
    /// <summary>Reports a change to the other nodes. Never blocks.</summary>
    void Tell(TaskNews news);
}

/// <summary>A change of a task, and the agents that it concerns.</summary>
/// <param name="Seq">The seq of its log entry.</param>
/// <param name="Given">The number of the agent that the change assigns the task to; 0 for none.</param>
/// <param name="Told">The numbers of all agents that it concerns.</param>
internal sealed record TaskNews(int Project, long Seq, int Given, IReadOnlyList<int> Told);

/// <summary>For a server that has its store to itself: there are no other nodes.</summary>
internal sealed class NoTaskLine : ITaskLine
{
    public void Tell(TaskNews news)
    {
        // There are no other nodes.
    }
}
