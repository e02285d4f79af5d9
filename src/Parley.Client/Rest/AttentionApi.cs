using Parley.Protocol;

namespace Parley.Client;

/// <summary>What waits for people in a project, and what is stuck, over REST. For operators, observers, and admins.</summary>
public sealed class AttentionApi
{
    private readonly RestConnection _connection;

    internal AttentionApi(RestConnection connection) => _connection = connection;

    /// <summary>Lists what needs attention now, the most urgent first, with what was looked at to know.</summary>
    /// <param name="kind">Only items of this kind.</param>
    /// <param name="agent">Only items about this agent.</param>
    /// <param name="snoozed">Whether to list snoozed items too.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<AttentionList> GetAsync(AttentionKind? kind = null, string? agent = null, bool snoozed = false, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new RestPath($"attention").With("kind", kind).With("agent", agent).With("snoozed", snoozed ? "true" : null),
            WireJson.Lenient.AttentionList, cancellationToken);

    /// <summary>Snoozes an item. Repeating it, also with another time, does no harm.</summary>
    /// <param name="attentionId">The item.</param>
    /// <param name="until">At most 30 days from now.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">There is no such trouble now (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<AttentionItem> SnoozeAsync(string attentionId, DateTimeOffset until, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Put, new RestPath($"attention/{attentionId}/snooze"), new SnoozeRequest { Until = until }, WireJson.Lenient.SnoozeRequest, WireJson.Lenient.AttentionItem,
        cancellationToken, repeatable: true);

    /// <summary>Ends the snooze of an item. Repeating it does no harm.</summary>
    /// <exception cref="ParleyException">No item can have that id (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task UnsnoozeAsync(string attentionId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"attention/{attentionId}/snooze"), cancellationToken);
}
