using Parley.Server.Mailboxes;
using Parley.Server.Rest;

namespace Parley.Server.History;

/// <summary>Which messages to list.</summary>
internal sealed record MessageListQuery(ListQuery List) : IQuery<MessageListQuery>
{
    private static readonly string[] PriorityNumbers = ["1", "2", "3", "4"];

    internal FilterValues Types { get; init; }
    internal FilterValues Sender { get; init; }
    internal FilterValues Recipient { get; init; }
    internal FilterValues Thread { get; init; }
    internal FilterValues Execution { get; init; }
    internal FilterValues Task { get; init; }
    internal FilterValues Priorities { get; init; }

    /// <summary>Names of <see cref="DeliveryStages"/>.</summary>
    internal FilterValues States { get; init; }

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
    internal bool Counts { get; init; }

    /// <summary>Whether any filter names what to leave out.</summary>
    internal bool LeavesOut =>
        Types.LeavesOut || Sender.LeavesOut || Recipient.LeavesOut || Thread.LeavesOut || Execution.LeavesOut || Task.LeavesOut || Priorities.LeavesOut;

    public static MessageListQuery Read(QueryReader query) => ReadFilter(query, query.List()) with
    {
        Before = query.Long("before", 1, "A seq: the newest messages before it."),
        From = query.Long("from", 1, "A seq: the messages from it on, oldest first."),
        Around = query.Long("around", 1, "A seq: the messages before and after it, oldest first, half a page of each."),
        Excerpt = query.Int("excerpt", 1, ListedMessage.LongestExcerpt, "Cuts `content` to this many characters, and leaves out a `payload` that is longer. Cut messages have `truncated` and `content_bytes`."),
        IncludesDeliveries = query.Word("include", ["deliveries"], "`deliveries`: how many deliveries of each message are at which stage.") is not null,
        Counts = query.Flag("count", "True for `total`: how many messages match on all pages; or `total_at_least`, if that would take too long.") == true,
    };

    /// <summary>What also filters a feed.</summary>
    internal static MessageListQuery ReadFilter(QueryReader query) => ReadFilter(query, query.List());

    internal static MessageListQuery OfTask(string task, ListQuery list) => new(list) { Task = new FilterValues([task], LeavesOut: false) };

    private static MessageListQuery ReadFilter(QueryReader query, ListQuery list) => new(list)
    {
        Types = query.Filter("type", "Message types.", isRepeated: true),
        Sender = query.Filter("sender", "An agent's id; `parley` for the server itself, `inbound:ID` for an inbound hook."),
        Recipient = query.Filter("recipient", "An agent's id."),
        Thread = query.Filter("thread", "A thread's id."),
        Execution = query.Filter("execution", "An execution's id."),
        Task = query.Filter("task", "A task's id."),
        Priorities = query.Filter("priority", "Priorities from 1 to 4, such as 3,4.", isRepeated: true, PriorityNumbers),
        States = query.Filter(
            "state", $"Stages of deliveries: messages with a delivery that is {string.Join(", ", DeliveryStages.Words)}. An agent sees all deliveries of what it sent, and its own of other messages.",
            isRepeated: true, DeliveryStages.Words),
        Since = query.Time("since", "Not before this time."),
        Until = query.Time("until", "Not after this time."),
        Text = query.Text("q", "Words that must all be in the content; a quoted phrase must match exactly."),
    };
}
