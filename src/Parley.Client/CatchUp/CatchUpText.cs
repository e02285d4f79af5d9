using System.Globalization;
using System.Text;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>A catch-up as text, to be put before a model.</summary>
public static class CatchUpText
{
    private const int CharactersPerToken = 4;

    /// <summary>Says all of a catch-up in words, with every id, in the budget of the catch-up. What others wrote is quoted: its lines begin with
    /// <c>&gt;</c>.</summary>
    public static string Of(AgentCatchUp catchUp)
    {
        ArgumentNullException.ThrowIfNull(catchUp);
        var text = new StringBuilder();
        var left = catchUp.LeftOut ?? new CatchUpLeftOut();
        AddAgent(text, catchUp.Agent);
        Add(text, "Your tasks", catchUp.Tasks, left.Tasks, task => (
            $"{task.TaskId} {Line(task.Title)}: {Words.Of(task.Status)}, priority {(int)task.Priority}, fence {task.Fence}{Until(", lease until", task.LeaseUntil)}{Until(", due", task.DueDate)}",
            task.Description, task.Shortened));
        Add(text, "Your steps of workflows", catchUp.Steps, left.Steps, step => (
            $"{step.Step} of {step.WorkflowId}: {Words.Of(step.Status)}, fence {step.Fence}{Until(", until", step.TimeoutAt)}", step.Action, step.Shortened));
        Add(text, "Your open questions to people", catchUp.Questions, left.Questions, question => (
            $"{question.QuestionId} to {string.Join(", ", question.Waiting)}{Until(", until", question.Deadline)}", question.Content, question.Shortened));
        Add(text, "Requests that you have not answered", catchUp.Requests, left.Requests, request => (
            $"{Head(request)}, {(request.State == DeliveryState.Queued ? "in your inbox" : Words.Of(request.State))}{(request.Accepted ? ", you promised to answer" : "")}{Until(", until", request.ExpiresAt)}, thread {request.ConversationThreadId}",
            request.Content, request.Shortened));
        Add(text, "Your reservations", catchUp.Reservations, left.Reservations, reservation => (
            $"{reservation.ReservationId} {Words.Of(reservation.Status)}, {Words.Of(reservation.Mode)}, fence {reservation.Fence}{Until(", until", reservation.ExpiresAt)}: {Paths(reservation)}{Wanted(reservation)}",
            null, null));
        AddInbox(text, catchUp.Inbox, left.Inbox);
        Add(text, "Conversations that went on without you", catchUp.Threads, left.Threads, thread => (
            $"{thread.ConversationThreadId}: {thread.NewMessages} new, the last at {WireTime.ToText(thread.LastAt)}{Last(thread)}", thread.Digest, thread.Shortened));
        if (catchUp.IndexBehind)
            text.Append("\nThe server is still indexing messages, so messages and conversations may be missing.\n");
        return Cut(text.ToString().TrimEnd(), (long)catchUp.BudgetTokens * CharactersPerToken);
    }

    private static void AddAgent(StringBuilder text, CatchUpAgent agent)
    {
        text.Append(CultureInfo.InvariantCulture, $"You are {agent.AgentId} ({Line(agent.Name)}, {Line(agent.Type)}) in project {agent.ProjectId}.");
        if (agent.Role is not null || agent.Specialization is not null)
            text.Append(CultureInfo.InvariantCulture, $" Role: {string.Join(", ", new[] { agent.Role, agent.Specialization }.OfType<string>().Select(Line))}.");
        if (agent.Squads.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $" Squads: {string.Join(", ", agent.Squads)}.");
        if (agent.Capabilities.Count > 0)
            text.Append(CultureInfo.InvariantCulture, $" Capabilities: {string.Join(", ", agent.Capabilities)}.");
        text.Append(CultureInfo.InvariantCulture, $" You are {Words.Of(agent.Status)}, {Words.Of(agent.Activity)}.\n");
        foreach (var pause in agent.Pauses)
        {
            var what = pause.Of switch { PausedThing.Agent => "You are", PausedThing.Squad => $"Squad {pause.SquadId} is", _ => "The project is" };
            var reason = pause.Reason is null ? "" : $": {Line(pause.Reason)}";
            text.Append(CultureInfo.InvariantCulture, $"{what} paused{(pause.PausedBy is null ? "" : $" by {pause.PausedBy}")}{reason}\n");
        }
    }

    private static void AddInbox(StringBuilder text, CatchUpInbox inbox, int leftOut)
    {
        if (inbox.Waiting + inbox.Leased + inbox.Dead == 0)
            return;
        var parts = new[] { ("critical", inbox.Critical), ("high", inbox.High), ("normal", inbox.Normal), ("low", inbox.Low) }
            .Where(part => part.Item2 > 0).Select(part => FormattableString.Invariant($"{part.Item2} {part.Item1}"));
        var priorities = inbox.Waiting > 0 ? $" ({string.Join(", ", parts)})" : "";
        var title = FormattableString.Invariant($"Your inbox: {inbox.Waiting} waiting{priorities}, {inbox.Leased} taken, {inbox.Dead} dead");
        Add(text, title, inbox.Newest, leftOut, message => (Head(message), message.Content, message.Shortened), isShownEmpty: true);
    }

    private static void Add<T>(
        StringBuilder text, string title, IReadOnlyList<T> items, int leftOut, Func<T, (FormattableString Line, string? Quote, int? Shortened)> say)
        where T : class => Add(text, title, items, leftOut, item => say(item) is var (line, quote, shortened) ? (FormattableString.Invariant(line), quote, shortened) : default, isShownEmpty: false);

    private static void Add<T>(
        StringBuilder text, string title, IReadOnlyList<T> items, int leftOut, Func<T, (string Line, string? Quote, int? Shortened)> say, bool isShownEmpty)
    {
        if (items.Count + leftOut == 0 && !isShownEmpty)
            return;
        text.Append(CultureInfo.InvariantCulture, $"\n{title}{(items.Count + leftOut == 0 ? "." : ":")}\n");
        foreach (var item in items)
        {
            var (line, quote, shortened) = say(item);
            text.Append(CultureInfo.InvariantCulture, $"- {line}\n");
            if (quote is not null)
                text.Append(Quote(quote));
            if (shortened is { } whole)
                text.Append(CultureInfo.InvariantCulture, $"[{whole} in full]\n");
        }

        if (leftOut > 0)
            text.Append(CultureInfo.InvariantCulture, $"{leftOut} more\n");
    }

    private static string Quote(string text) =>
        string.Concat(text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Length == 0 ? ">\n" : $"> {line}\n"));

    private static string Head(CatchUpMessage message) =>
        FormattableString.Invariant($"{message.MessageId} from {message.From}, {message.MessageType}, priority {(int)message.Priority}, {WireTime.ToText(message.Timestamp)}");

    private static string Paths(CatchUpReservation reservation) => reservation.Shortened is { } all
        ? FormattableString.Invariant($"{string.Join(", ", reservation.Paths)} and {all - reservation.Paths.Count} more paths")
        : string.Join(", ", reservation.Paths);

    private static string Wanted(CatchUpReservation reservation) =>
        reservation.Wanted == 0 ? "" : FormattableString.Invariant($"; wanted by {reservation.Wanted}");

    private static string Last(CatchUpThread thread) => thread.LastMessageId is { } id ? $" ({id})" : "";

    private static string Until(string word, DateTimeOffset? time) => time is { } until ? $"{word} {WireTime.ToText(until)}" : "";

    private static string Line(string text) => text.ReplaceLineEndings(" ");

    /// <summary>Quoting many short lines can take more than the answer had.</summary>
    private static string Cut(string text, long most)
    {
        if (text.Length <= most || most < 1)
            return text;
        var end = (int)most - 1;
        if (char.IsLowSurrogate(text[end]))
            end--;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}
