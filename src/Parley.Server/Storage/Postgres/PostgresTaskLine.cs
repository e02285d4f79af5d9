using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;
using Parley.Server.Tasks;

namespace Parley.Server.Storage.Postgres;

/// <summary>News of tasks by <c>NOTIFY</c>, wherever other nodes are alive.</summary>
internal sealed class PostgresTaskLine(PostgresDatabase database, BackgroundFaults faults, ILogger<PostgresTaskLine> logger)
    : NewsSender<TaskNews>(database, faults, logger), ITaskLine
{
    public void Tell(TaskNews news)
    {
        if (Database.Writer.HasPeers)
            Queue(news);
    }

    protected override string Name => nameof(PostgresTaskLine);

    protected override string ChannelName => PostgresWake.TaskChannel;

    protected override IEnumerable<string> TextsOf(int node, IReadOnlyList<TaskNews> news) => TaskText.Of(node, news);
}

/// <summary>News of tasks as <see cref="NumberText"/>: project, seq, the agent that is given the task, and all whom it concerns.</summary>
internal static class TaskText
{
    private const int Parts = 3;

    internal static IEnumerable<string> Of(int node, IReadOnlyList<TaskNews> news) => NumberText.Of(node, news, static (one, numbers) =>
    {
        numbers.Add(one.Project);
        numbers.Add(one.Seq);
        numbers.Add(one.Given);
        foreach (var agent in one.Told)
            numbers.Add(agent);
    });

    internal static IReadOnlyList<TaskNews> Read(string text, int ownNode) => NumberText.Read(text, ownNode, Parts, static numbers => new TaskNews(
        (int)numbers[0], numbers[1], (int)numbers[2], [.. numbers.Skip(Parts).Select(static number => (int)number)]));
}
