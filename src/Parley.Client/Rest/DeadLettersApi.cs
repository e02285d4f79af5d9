using Parley.Protocol;

namespace Parley.Client;

/// <summary>Deliveries that ran out of attempts.</summary>
public sealed class DeadLettersApi
{
    private readonly RestConnection _connection;

    internal DeadLettersApi(RestConnection connection) => _connection = connection;

    /// <summary>Those that match, all where no filter is given, a page at a time.</summary>
    /// <param name="limit">How many to a page, 1-500; 50 if absent.</param>
    /// <param name="after">The <c>next</c> of the page before; the first page if absent.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it; no server answers.</exception>
    public Task<Page<DeadLetter>> ListAsync(
        DeadLetterFilter? filter = null, int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new RestPath($"dead-letters").With("agent_id", filter?.AgentId).With("type", filter?.Type).With("limit", limit).With("after", after),
            WireJson.Lenient.PageDeadLetter, cancellationToken);

    /// <summary>Puts one back into its mailbox, with all of its attempts.</summary>
    public Task RequeueAsync(string deliveryId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"dead-letters/{deliveryId}/requeue"), cancellationToken);

    /// <summary>Gives one up for good.</summary>
    /// <exception cref="ParleyException">It is not there (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task DeleteAsync(string deliveryId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"dead-letters/{deliveryId}"), cancellationToken);

    /// <summary>Puts back all that match; says how many.</summary>
    public Task<int> RequeueAllAsync(DeadLetterFilter? filter = null, CancellationToken cancellationToken = default) =>
        ForAllAsync(new RestPath($"dead-letters/requeue"), filter, cancellationToken);

    /// <summary>Deletes all that match; says how many.</summary>
    public Task<int> PurgeAsync(DeadLetterFilter? filter = null, CancellationToken cancellationToken = default) =>
        ForAllAsync(new RestPath($"dead-letters/purge"), filter, cancellationToken);

    private async Task<int> ForAllAsync(RestPath address, DeadLetterFilter? filter, CancellationToken cancellationToken)
    {
        var answer = await _connection.SendAsync(
            HttpMethod.Post, address, filter ?? new DeadLetterFilter(), WireJson.Lenient.DeadLetterFilter, WireJson.Lenient.CountAnswer, cancellationToken);
        return answer.Count;
    }
}
