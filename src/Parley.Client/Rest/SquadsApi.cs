using Parley.Protocol;

namespace Parley.Client;

/// <summary>Named groups of agents.</summary>
public sealed class SquadsApi
{
    private readonly RestConnection _connection;

    internal SquadsApi(RestConnection connection) => _connection = connection;

    /// <summary>Creates a squad. The answer has its id.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Squad> CreateAsync(SquadRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"squads"), request, WireJson.Lenient.SquadRequest, WireJson.Lenient.Squad, cancellationToken);

    /// <summary>Lists the project's squads, a page at a time.</summary>
    /// <param name="limit">Items per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<Squad>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"squads").With("limit", limit).With("after", after), WireJson.Lenient.PageSquad, cancellationToken);

    /// <summary>Gets a squad with its members.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Squad> GetAsync(string squadId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"squads/{squadId}"), WireJson.Lenient.Squad, cancellationToken);

    /// <summary>Changes a squad. Omitted fields stay as they are.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Squad> UpdateAsync(string squadId, SquadRequest change, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, new RestPath($"squads/{squadId}"), change, WireJson.Lenient.SquadRequest, WireJson.Lenient.Squad, cancellationToken, repeatable: true);

    /// <summary>Deletes a squad. Its members and the messages sent to it stay.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task DeleteAsync(string squadId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"squads/{squadId}"), cancellationToken);

    /// <summary>Adds a member, or changes its role in the squad.</summary>
    public Task AddMemberAsync(string squadId, SquadMember member, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, new RestPath($"squads/{squadId}/members/{member.AgentId ?? throw new ArgumentException("A member needs an agent id.", nameof(member))}"),
            member with { AgentId = null }, WireJson.Lenient.SquadMember, cancellationToken, repeatable: true);

    /// <summary>Removes a member from the squad.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task RemoveMemberAsync(string squadId, string agentId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"squads/{squadId}/members/{agentId}"), cancellationToken);

    /// <summary>Pauses a squad: deliveries to its members wait until <see cref="ResumeAsync"/>, and the server assigns them no tasks.</summary>
    /// <param name="squadId">The squad.</param>
    /// <param name="reason">One line that others see, up to 200 characters.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Squad> PauseAsync(string squadId, string? reason = null, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"squads/{squadId}/pause"), new PauseRequest { Reason = reason }, WireJson.Lenient.PauseRequest, WireJson.Lenient.Squad,
        cancellationToken, repeatable: true);

    /// <summary>Ends a pause, so that waiting messages are delivered. Has no effect if the squad is not paused.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task ResumeAsync(string squadId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"squads/{squadId}/resume"), cancellationToken);
}
