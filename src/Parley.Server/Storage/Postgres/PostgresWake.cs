using System.Globalization;
using System.Text;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Nodes;

namespace Parley.Server.Storage.Postgres;

/// <summary>What a node tells the others with a commit, by <c>NOTIFY</c>. It is a hint; the tables have the truth.</summary>
/// <remarks>One line of text: the sender's node number, then the heads of the logs that have grown, then the mailboxes that have work:
/// <c>7;12=345,13=99;5,6,8</c>. <c>*</c> in place of the mailboxes means that there are too many to list. The function <c>parley_apply_1</c> writes
/// the same format.</remarks>
internal static class PostgresWake
{
    internal const string Channel = "parley";

    /// <summary>An agent's presence at a node: node, project, agent, status, activity, and its start in Unix milliseconds, separated by
    /// commas.</summary>
    internal const string PresenceChannel = "parley_presence";

    /// <summary>Something in the directories has changed. Sent by triggers, without further content.</summary>
    internal const string DirectoryChannel = "parley_directory";

    /// <summary>Stages of deliveries, in the format of <see cref="ReceiptText"/>.</summary>
    internal const string ReceiptChannel = "parley_receipts";

    /// <summary>A session is over: the numbers of the node that asks and of the agent, the session, and the number of the question, separated by
    /// commas. The answer is the number of the question alone.</summary>
    internal const string SessionChannel = "parley_sessions";

    /// <summary>A project's receipts are now watched on a node where they were not before. No further content.</summary>
    internal const string WatchChannel = "parley_watches";

    /// <summary>News about tasks, in the format of <see cref="TaskText"/>.</summary>
    internal const string TaskChannel = "parley_tasks";

    internal static IReadOnlyList<string> Channels { get; } = [Channel, PresenceChannel, DirectoryChannel, ReceiptChannel, SessionChannel, WatchChannel, TaskChannel];

    /// <summary>The most characters. A notification must be shorter than 8,000 bytes, and nothing is added to a text longer than this.</summary>
    internal const int MostText = 7_000;

    /// <returns>Null if there is nothing to send.</returns>
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
        CultureInfo.InvariantCulture,
        $"{node},{agent.Project},{agent.Number},{(int)note.Status},{(int)note.Activity},{note.Since?.ToUnixTimeMilliseconds()},{(note.Takes ? 1 : 0)},{TextOf(note.Note)}");

    /// <summary>Base64 has no commas.</summary>
    private static string TextOf(AgentNote? note) => note is null
        ? ","
        : string.Create(CultureInfo.InvariantCulture, $"{note.At.ToUnixTimeMilliseconds()},{Convert.ToBase64String(Encoding.UTF8.GetBytes(note.Text))}");

    private static AgentNote? NoteOf(string[] parts)
    {
        // Nodes of the previous version do not send this.
        if (parts is not [_, _, _, _, _, _, _, var at, { Length: > 0 } text, ..] || !long.TryParse(at, CultureInfo.InvariantCulture, out var stamp))
            return null;
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? new AgentNote(Encoding.UTF8.GetString(bytes, 0, length), DateTimeOffset.FromUnixTimeMilliseconds(stamp))
            : null;
    }

    internal static string TextOf(in SessionQuestion question) => string.Create(
        CultureInfo.InvariantCulture, $"{question.Node},{question.Agent},{question.Session},{question.Id}");

    /// <returns>Null if it is not such a question.</returns>
    internal static SessionQuestion? SessionOf(string text) =>
        text.Split(',') is [var asks, var of, var session, var id] && int.TryParse(asks, CultureInfo.InvariantCulture, out var node) &&
        int.TryParse(of, CultureInfo.InvariantCulture, out var agent) ? new SessionQuestion(node, agent, session, id) : null;

    /// <returns>Null if it cannot be parsed: a newer node may send more than this one knows.</returns>
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
            // Nodes of the previous version do not send this.
            parts is [_, _, _, _, _, _, "1", ..])
        {
            Note = NoteOf(parts),
        });
    }

    /// <summary>The parts of a wake signal.</summary>
    /// <param name="Woken">Null: any mailbox may have work.</param>
    internal readonly record struct Signal(int Node, IReadOnlyList<(int Project, long Head)> Heads, IReadOnlyList<int>? Woken);

    /// <returns>Null if it is not a wake signal.</returns>
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
