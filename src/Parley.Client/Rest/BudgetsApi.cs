using Parley.Protocol;

namespace Parley.Client;

/// <summary>Message budgets over REST: how much may be sent by an agent, in a thread, or in an execution. Only operators and admins may change
/// them.</summary>
public sealed class BudgetsApi
{
    private readonly RestConnection _connection;

    internal BudgetsApi(RestConnection connection) => _connection = connection;

    /// <summary>Lists budgets, newest first, a page at a time, with what is spent and left.</summary>
    /// <param name="kind">Only those of agents, threads, or executions.</param>
    /// <param name="limit">Budgets per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<MessageBudget>> ListAsync(BudgetKind? kind = null, int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new RestPath($"budgets").With("kind", kind is { } one ? WordOf(one) : null).With("limit", limit).With("after", after), WireJson.Lenient.PageMessageBudget,
            cancellationToken);

    /// <summary>Gets a budget, with what is spent and left.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<MessageBudget> GetAsync(BudgetKind kind, string id, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"budgets/{WordOf(kind)}/{id}"), WireJson.Lenient.MessageBudget, cancellationToken);

    /// <summary>Sets or changes a budget. From then on, agents cannot send more (<see cref="ErrorCodes.BudgetSpent"/>). What was spent before a change
    /// stays spent.</summary>
    /// <param name="kind">What it is for.</param>
    /// <param name="id">The agent, thread, or execution.</param>
    /// <param name="messages">The most messages, at least 1; any number if omitted.</param>
    /// <param name="bytes">The most bytes of content, payload, and metadata, at least 1; any number if omitted.</param>
    /// <param name="reset">Whether counting starts again at 0.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">There is no such agent, thread, or execution (<see cref="ErrorCodes.NotFound"/>), there is no limit
    /// (<see cref="ErrorCodes.InvalidRequest"/>), or the server refuses.</exception>
    public Task<MessageBudget> SetAsync(
        BudgetKind kind, string id, long? messages = null, long? bytes = null, bool reset = false, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Put, new RestPath($"budgets/{WordOf(kind)}/{id}"), new BudgetRequest { Messages = messages, Bytes = bytes, Reset = reset ? true : null },
        WireJson.Lenient.BudgetRequest, WireJson.Lenient.MessageBudget, cancellationToken, repeatable: !reset);

    /// <summary>Removes a budget, and forgets what was spent.</summary>
    /// <exception cref="ParleyException">There is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task RemoveAsync(BudgetKind kind, string id, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"budgets/{WordOf(kind)}/{id}"), cancellationToken);

    private static string WordOf(BudgetKind kind) => kind switch
    {
        BudgetKind.Agents => "agents",
        BudgetKind.Threads => "threads",
        BudgetKind.Executions => "executions",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind of budget."),
    };
}
