using Parley.Server.Rest;

namespace Parley.Server.History;

/// <summary>Which messages to list.</summary>
internal sealed record MessageListQuery(ListQuery List) : IQuery<MessageListQuery>
{
    internal IReadOnlyList<string> Types { get; init; } = [];
    internal string? Sender { get; init; }
    internal string? Recipient { get; init; }
    internal string? Thread { get; init; }
    internal string? Execution { get; init; }
    internal string? Task { get; init; }
    internal IReadOnlyList<int> Priorities { get; init; } = [];
    internal DateTimeOffset? Since { get; init; }
    internal DateTimeOffset? Until { get; init; }
    internal string? Text { get; init; }

    /// <summary>Where the page is, at most one of them. Without any, it is the newest one.</summary>
    internal long? Before { get; init; }

    /// <summary>With this, the list is oldest first.</summary>
    internal long? From { get; init; }

    /// <inheritdoc cref="From"/>
    internal long? Around { get; init; }

    internal int? Excerpt { get; init; }
    internal bool IncludesDeliveries { get; init; }

    public static MessageListQuery Read(QueryReader query) => ReadFilter(query, query.List()) with
    {
        Before = query.Long("before", 1, "A seq: the newest messages before it."),
        From = query.Long("from", 1, "A seq: the messages from it on, oldest first."),
        Around = query.Long("around", 1, "A seq: the messages before and after it, oldest first, half a page of each."),
        Excerpt = query.Int("excerpt", 1, ListedMessage.LongestExcerpt, "Cuts `content` to this many characters, and leaves out a `payload` that is longer. Cut messages have `truncated` and `content_bytes`."),
        IncludesDeliveries = query.Word("include", ["deliveries"], "`deliveries`: how many deliveries of each message are at which stage.") is not null,
    };

    /// <summary>What also filters a feed.</summary>
    internal static MessageListQuery ReadFilter(QueryReader query) => ReadFilter(query, query.List());

    internal static MessageListQuery OfTask(string task, ListQuery list) => new(list) { Task = task };

    private static MessageListQuery ReadFilter(QueryReader query, ListQuery list) => new(list)
    {
        Types = query.Texts("type", "Message types."),
        Sender = query.Text("sender", "An agent's id; `parley` for the server itself, `inbound:ID` for an inbound hook."),
        Recipient = query.Text("recipient", "An agent's id."),
        Thread = query.Text("thread", "A thread's id."),
        Execution = query.Text("execution", "An execution's id."),
        Task = query.Text("task", "A task's id."),
        Priorities = query.Ints("priority", 1, 4, "Priorities, such as 3,4."),
        Since = query.Time("since", "Not before this time."),
        Until = query.Time("until", "Not after this time."),
        Text = query.Text("q", "Words that must all be in the content; a quoted phrase must match exactly."),
    };
}
