using System.Globalization;
using System.Text;
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

/// <summary>News of tasks as the text of notifications: the sender's node number, then for each project, seq, the agent that is given the task,
/// and all whom it concerns, between commas: <c>7;12,345,5,5,9;...</c>.</summary>
internal static class TaskText
{
    private const int Parts = 3;

    /// <returns>As many texts as it takes, in order.</returns>
    internal static IEnumerable<string> Of(int node, IReadOnlyList<TaskNews> news)
    {
        var text = new StringBuilder();
        foreach (var one in news)
        {
            if (text.Length == 0)
                text.Append(CultureInfo.InvariantCulture, $"{node}");
            text.Append(CultureInfo.InvariantCulture, $";{one.Project},{one.Seq},{one.Given}");
            foreach (var agent in one.Told)
                text.Append(CultureInfo.InvariantCulture, $",{agent}");
            if (text.Length < PostgresWake.MostText)
                continue;
            yield return text.ToString();
            text.Clear();
        }

        if (text.Length > 0)
            yield return text.ToString();
    }

    /// <returns>Empty when it is none of another node's: a newer node may tell more than this one knows.</returns>
    internal static IReadOnlyList<TaskNews> Read(string text, int ownNode)
    {
        var parts = text.Split(';');
        if (!int.TryParse(parts[0], CultureInfo.InvariantCulture, out var node) || node == ownNode)
            return [];
        var news = new List<TaskNews>(parts.Length - 1);
        foreach (var part in parts.Skip(1))
        {
            var numbers = new List<long>();
            foreach (var number in part.Split(','))
            {
                if (!long.TryParse(number, CultureInfo.InvariantCulture, out var value))
                    return [];
                numbers.Add(value);
            }

            if (numbers.Count < Parts)
                return [];
            news.Add(new TaskNews((int)numbers[0], numbers[1], (int)numbers[2], [.. numbers.Skip(Parts).Select(number => (int)number)]));
        }

        return news;
    }
}
