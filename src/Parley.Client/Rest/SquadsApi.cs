using Parley.Protocol;

namespace Parley.Client;

/// <summary>Named groups of agents.</summary>
public sealed class SquadsApi
{
    private readonly RestConnection _connection;

    internal SquadsApi(RestConnection connection) => _connection = connection;

    public Task<Squad> CreateAsync(SquadRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"squads"), request, WireJson.Lenient.SquadRequest, WireJson.Lenient.Squad, cancellationToken);

    public Task<Page<Squad>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"squads").With("limit", limit).With("after", after), WireJson.Lenient.PageSquad, cancellationToken);

    public Task<Squad> GetAsync(string squadId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"squads/{squadId}"), WireJson.Lenient.Squad, cancellationToken);

    public Task<Squad> UpdateAsync(string squadId, SquadRequest change, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, new RestPath($"squads/{squadId}"), change, WireJson.Lenient.SquadRequest, WireJson.Lenient.Squad, cancellationToken, repeatable: true);

    public Task DeleteAsync(string squadId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"squads/{squadId}"), cancellationToken);

    /// <summary>Adds a member or changes what it is in the squad.</summary>
    public Task AddMemberAsync(string squadId, SquadMember member, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, new RestPath($"squads/{squadId}/members/{member.AgentId ?? throw new ArgumentException("A member needs an agent id.", nameof(member))}"),
            member with { AgentId = null }, WireJson.Lenient.SquadMember, cancellationToken, repeatable: true);

    public Task RemoveMemberAsync(string squadId, string agentId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"squads/{squadId}/members/{agentId}"), cancellationToken);
}
