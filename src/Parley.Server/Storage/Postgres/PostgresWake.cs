using System.Globalization;
using System.Text;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Nodes;

namespace Parley.Server.Storage.Postgres;

/// <summary>What a node tells the others with a commit, by <c>NOTIFY</c>: a hint, the tables are the truth.</summary>
/// <remarks>One line of text: the sender's node number, then the heads of the logs that have grown, then the mailboxes that have work:
/// <c>7;12=345,13=99;5,6,8</c>. <c>*</c> in place of the mailboxes: too many to name. The function <c>parley_apply_1</c> writes the same.</remarks>
internal static class PostgresWake
{
    internal const string Channel = "parley";

    /// <summary>Of somebody's presence at a node: node, project, agent, status, activity, and since when in Unix milliseconds, between commas.</summary>
    internal const string PresenceChannel = "parley_presence";

    /// <summary>Something in the directories has changed; says no more. Told by triggers.</summary>
    internal const string DirectoryChannel = "parley_directory";

    /// <summary>Stages of deliveries, as <see cref="ReceiptText"/> has them.</summary>
    internal const string ReceiptChannel = "parley_receipts";

    /// <summary>A session is over: the numbers of the node that asks and of the agent, the session, and the question, with commas between. Or the question alone,
    /// which is answered.</summary>
    internal const string SessionChannel = "parley_sessions";

    /// <summary>Receipts are watched where they were not before; says no more.</summary>
    internal const string WatchChannel = "parley_watches";

    /// <summary>News of tasks, as <see cref="TaskText"/> has them.</summary>
    internal const string TaskChannel = "parley_tasks";

    internal static IReadOnlyList<string> Channels { get; } = [Channel, PresenceChannel, DirectoryChannel, ReceiptChannel, SessionChannel, WatchChannel, TaskChannel];

    /// <summary>Characters: a notification holds less than 8,000 bytes, and what is longer than this takes no more.</summary>
    internal const int MostText = 7_000;

    /// <returns>Null when there is nothing to tell.</returns>
    internal static string? TextOf(int node, IEnumerable<ProjectCursor> projects, IReadOnlyCollection<int> woken)
    {
        var heads = string.Join(',', projects.Where(cursor => cursor.HasGrown).Select(cursor => string.Create(CultureInfo.InvariantCulture, $"{cursor.Project}={cursor.NextSeq - 1}")));
        if (heads.Length == 0 && woken.Count == 0)
            return null;
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{node};{heads};");
        var agents = string.Join(',', woken.Select(agent => agent.ToString(CultureInfo.InvariantCulture)));
        return text.Append(text.Length + agents.Length <= MostText ? agents : "*").ToString();
    }

    internal static string TextOf(int node, AgentRecord agent, in PresenceChange note) => string.Create(
        CultureInfo.InvariantCulture, $"{node},{agent.Project},{agent.Number},{(int)note.Status},{(int)note.Activity},{note.Since?.ToUnixTimeMilliseconds()},{(note.Takes ? 1 : 0)}");

    internal static string TextOf(in SessionQuestion question) => string.Create(
        CultureInfo.InvariantCulture, $"{question.Node},{question.Agent},{question.Session},{question.Id}");

    /// <returns>Null when it is not one.</returns>
    internal static SessionQuestion? SessionOf(string text) =>
        text.Split(',') is [var asks, var of, var session, var id] && int.TryParse(asks, CultureInfo.InvariantCulture, out var node) &&
        int.TryParse(of, CultureInfo.InvariantCulture, out var agent) ? new SessionQuestion(node, agent, session, id) : null;

    /// <returns>Null when it is not one: a newer node may tell more than this one knows.</returns>
    internal static AgentPresence? PresenceOf(string text)
    {
        var parts = text.Split(',');
        if (parts.Length < 6)
            return null;
        var numbers = new long[6];
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!long.TryParse(parts[i], NumberStyles.Integer, CultureInfo.InvariantCulture, out numbers[i]) && parts[i].Length > 0)
                return null;
        }

        return new AgentPresence((int)numbers[1], (int)numbers[2], (int)numbers[0], new PresenceChange(
            (AgentStatus)numbers[3], (AgentActivity)numbers[4], parts[5].Length > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(numbers[5]) : null,
            // A node of the version before does not say.
            parts is [_, _, _, _, _, _, "1", ..]));
    }

    /// <summary>The parts of a wake signal.</summary>
    /// <param name="Woken">Null: any mailbox may have work.</param>
    internal readonly record struct Signal(int Node, IReadOnlyList<(int Project, long Head)> Heads, IReadOnlyList<int>? Woken);

    /// <returns>Null when it is not one.</returns>
    internal static Signal? Read(string text)
    {
        var parts = text.Split(';');
        if (parts.Length < 3 || !int.TryParse(parts[0], CultureInfo.InvariantCulture, out var node))
            return null;
        var heads = new List<(int, long)>();
        foreach (var pair in parts[1].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var sign = pair.IndexOf('=', StringComparison.Ordinal);
            if (sign < 0 || !int.TryParse(pair.AsSpan(0, sign), CultureInfo.InvariantCulture, out var project) || !long.TryParse(pair.AsSpan(sign + 1), CultureInfo.InvariantCulture, out var head))
                return null;
            heads.Add((project, head));
        }

        if (parts[2] == "*")
            return new Signal(node, heads, null);
        var woken = new List<int>();
        foreach (var agent in parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!int.TryParse(agent, CultureInfo.InvariantCulture, out var number))
                return null;
            woken.Add(number);
        }

        return new Signal(node, heads, woken);
    }
}
