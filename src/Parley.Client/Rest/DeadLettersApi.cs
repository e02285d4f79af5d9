using Parley.Protocol;

namespace Parley.Client;

/// <summary>Deliveries that ran out of attempts.</summary>
public sealed class DeadLettersApi
{
    private readonly RestConnection _connection;

    internal DeadLettersApi(RestConnection connection) => _connection = connection;

    /// <summary>Lists the dead letters that match the filter, a page at a time; all without one.</summary>
    /// <param name="limit">Items per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<DeadLetter>> ListAsync(
        DeadLetterFilter? filter = null, int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new RestPath($"dead-letters").With("agent_id", filter?.AgentId).With("type", filter?.Type).With("limit", limit).With("after", after),
            WireJson.Lenient.PageDeadLetter, cancellationToken);

    /// <summary>Requeues a dead letter in its mailbox, with a fresh set of attempts.</summary>
    public Task RequeueAsync(string deliveryId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"dead-letters/{deliveryId}/requeue"), cancellationToken);

    /// <summary>Purges a dead letter for good.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task DeleteAsync(string deliveryId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"dead-letters/{deliveryId}"), cancellationToken);

    /// <summary>Requeues all that match the filter and returns how many.</summary>
    public Task<int> RequeueAllAsync(DeadLetterFilter? filter = null, CancellationToken cancellationToken = default) =>
        ForAllAsync(new RestPath($"dead-letters/requeue"), filter, cancellationToken);

    /// <summary>Purges all that match the filter and returns how many.</summary>
    public Task<int> PurgeAsync(DeadLetterFilter? filter = null, CancellationToken cancellationToken = default) =>
        ForAllAsync(new RestPath($"dead-letters/purge"), filter, cancellationToken);

    private async Task<int> ForAllAsync(RestPath address, DeadLetterFilter? filter, CancellationToken cancellationToken)
    {
        var answer = await _connection.SendAsync(
            HttpMethod.Post, address, filter ?? new DeadLetterFilter(), WireJson.Lenient.DeadLetterFilter, WireJson.Lenient.CountAnswer, cancellationToken);
        return answer.Count;
    }
}
