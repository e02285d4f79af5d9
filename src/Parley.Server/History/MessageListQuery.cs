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

    public static MessageListQuery Read(QueryReader query) => new(query.List())
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

    internal static MessageListQuery OfTask(string task, ListQuery list) => new(list) { Task = task };
}
