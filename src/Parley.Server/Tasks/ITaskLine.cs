namespace Parley.Server.Tasks;

/// <summary>News of tasks between nodes on one store: a node that changes a task tells it to the others, where those concerned may be connected.
/// Live: what is lost on the way is not told again, and stands in the log.</summary>
internal interface ITaskLine
{
    /// <summary>Never blocks.</summary>
    void Tell(TaskNews news);
}

/// <summary>A change of a task, and whom it concerns.</summary>
/// <param name="Seq">Of its entry in the log.</param>
/// <param name="Given">The number of the agent that is given the task by it; 0: none.</param>
/// <param name="Told">The numbers of all agents that it concerns.</param>
internal sealed record TaskNews(int Project, long Seq, int Given, IReadOnlyList<int> Told);

/// <summary>A server that has its store to itself: there is nobody else to tell.</summary>
internal sealed class NoTaskLine : ITaskLine
{
    public void Tell(TaskNews news)
    {
        // There is nobody else.
    }
}
