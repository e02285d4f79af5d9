using Parley.Protocol;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>The parameters for reading an inbox.</summary>
internal sealed record InboxQuery(int Max, TimeSpan Wait, IReadOnlyList<string> Types, IReadOnlyList<int> Priorities, IReadOnlyList<string> From, int? Budget)
    : IQuery<InboxQuery>
{
    internal const int MostItems = 500;
    internal static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    public static InboxQuery Read(QueryReader query) => new(
        query.Int("max", 1, MostItems, "How many at most; default 10.") ?? 10,
        query.Seconds("wait", 0, LongestWait.TotalSeconds, "Seconds to wait if nothing is waiting.") ?? TimeSpan.Zero,
        query.Texts("type", "Message types."),
        query.Ints("priority", 1, 4, "Priorities, such as 3,4."),
        query.Texts("from", "Senders."),
        ReadBudget(query));

    internal static int? ReadBudget(QueryReader query) => query.Int(
        "budget_tokens", 1, TokenBudget.MostTokens, "Shortens the messages to about this many model tokens, grouped by thread.");
}

/// <summary>The parameters of a claim in its URL. If the body has a value too, the body's counts.</summary>
internal sealed record ClaimQuery(InboxQuery Inbox, bool HasMax, bool HasWait, int? LeaseSeconds) : IQuery<ClaimQuery>
{
    public static ClaimQuery Read(QueryReader query)
    {
        var max = query.Int("max", 1, InboxQuery.MostItems, "How many at most; default 10.");
        var wait = query.Seconds("wait", 0, InboxQuery.LongestWait.TotalSeconds, "Seconds to wait if nothing is waiting.");
        return new ClaimQuery(
            new InboxQuery(
                max ?? 10, wait ?? TimeSpan.Zero, query.Texts("type", "Message types."), query.Ints("priority", 1, 4, "Priorities, such as 3,4."),
                query.Texts("from", "Senders."), InboxQuery.ReadBudget(query)),
            max is not null, wait is not null, query.Int("lease_seconds", 1, SettleReader.MostLeaseSeconds, "How long the lease lasts; default 30."));
    }

    internal ClaimRequest Over(ClaimRequest body) => body with
    {
        Max = body.Max ?? (HasMax ? Inbox.Max : null),
        Wait = body.Wait ?? (HasWait ? Inbox.Wait.TotalSeconds : null),
        Type = body.Type ?? Inbox.Types,
        Priority = body.Priority ?? [.. Inbox.Priorities.Select(priority => (Priority)priority)],
        From = body.From ?? Inbox.From,
        LeaseSeconds = body.LeaseSeconds ?? LeaseSeconds,
        BudgetTokens = body.BudgetTokens ?? Inbox.Budget,
    };
}

/// <summary>Whom an operator or admin settles for.</summary>
/// <param name="AgentId">The caller's own agent if absent; <c>human</c> for callers without an agent.</param>
internal sealed record SettlerQuery(string? AgentId) : IQuery<SettlerQuery>
{
    public static SettlerQuery Read(QueryReader query) => new(query.Text("agent_id", "The agent to act for; defaults to your own agent, or `human`."));
}
