using Parley.Protocol;

namespace Parley.Client;

/// <summary>Deliveries that ran out of attempts.</summary>
public sealed class DeadLettersApi
{
    private readonly RestConnection _connection;

    internal DeadLettersApi(RestConnection connection) => _connection = connection;

    /// <summary>Lists the dead letters that match the filter, a page at a time; all without one.</summary>
    /// <param name="filter">Its <see cref="DeadLetterFilter.DeliveryIds"/> is not looked at.</param>
    /// <param name="limit">Items per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<DeadLetter>> ListAsync(
        DeadLetterFilter? filter = null, int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new RestPath($"dead-letters").With("agent_id", filter?.AgentId).With("type", filter?.Type)
                .With("reason", filter?.Reason is { } reason ? Words.Of(reason) : null).With("limit", limit).With("after", after),
            WireJson.Lenient.PageDeadLetter, cancellationToken);

    /// <summary>Counts the dead letters by agent and by how they died, the largest group first; at most 500 groups.</summary>
    /// <param name="filter">Which to count; its <see cref="DeadLetterFilter.DeliveryIds"/> is not looked at. All if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<DeadLetterGroup>> GroupsAsync(DeadLetterFilter? filter = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new RestPath($"dead-letters/groups").With("agent_id", filter?.AgentId).With("type", filter?.Type)
                .With("reason", filter?.Reason is { } reason ? Words.Of(reason) : null),
            WireJson.Lenient.PageDeadLetterGroup, cancellationToken);

    /// <summary>Gets a dead letter, with its attempts and whether its reader answers now.</summary>
    /// <exception cref="ParleyException">It is not a dead letter (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<DeadLetter> GetAsync(string deliveryId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"dead-letters/{deliveryId}"), WireJson.Lenient.DeadLetter, cancellationToken);

    /// <summary>Sends the message of a dead letter anew, perhaps changed, and takes the dead letter off the pile, in one step.</summary>
    /// <param name="deliveryId">The dead letter.</param>
    /// <param name="changes">What differs from its message; nothing if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">It is not a dead letter (<see cref="ErrorCodes.NotFound"/>), or the server refuses the send; the dead letter then
    /// stays.</exception>
    public Task<SendAnswer> ResendAsync(string deliveryId, ResendRequest? changes = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"dead-letters/{deliveryId}/resend"), changes ?? new ResendRequest(), WireJson.Lenient.ResendRequest, WireJson.Lenient.SendAnswer,
            cancellationToken);

    /// <summary>Requeues a dead letter in its mailbox, with a fresh set of attempts.</summary>
    public Task RequeueAsync(string deliveryId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"dead-letters/{deliveryId}/requeue"), cancellationToken);

    /// <summary>Purges a dead letter for good.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task DeleteAsync(string deliveryId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"dead-letters/{deliveryId}"), cancellationToken);

    /// <summary>Requeues all that match the filter, in one step.</summary>
    /// <returns>How many, and which of the <see cref="DeadLetterFilter.DeliveryIds"/> could not be requeued.</returns>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<DeadLettersAnswer> RequeueAllAsync(DeadLetterFilter? filter = null, CancellationToken cancellationToken = default) =>
        ForAllAsync(new RestPath($"dead-letters/requeue"), filter, cancellationToken);

    /// <summary>Purges all that match the filter for good, in one step.</summary>
    /// <returns>How many, and which of the <see cref="DeadLetterFilter.DeliveryIds"/> were not dead letters.</returns>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<DeadLettersAnswer> PurgeAsync(DeadLetterFilter? filter = null, CancellationToken cancellationToken = default) =>
        ForAllAsync(new RestPath($"dead-letters/purge"), filter, cancellationToken);

    private Task<DeadLettersAnswer> ForAllAsync(RestPath address, DeadLetterFilter? filter, CancellationToken cancellationToken) =>
        _connection.SendAsync(
            HttpMethod.Post, address, filter ?? new DeadLetterFilter(), WireJson.Lenient.DeadLetterFilter, WireJson.Lenient.DeadLettersAnswer, cancellationToken);
}
