using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Deliveries that ran out of attempts.</summary>
public sealed class DeadLettersApi
{
    private readonly RestConnection _connection;

    internal DeadLettersApi(RestConnection connection) => _connection = connection;

    public Task<Page<DeadLetter>> ListAsync(
        DeadLetterFilter? filter = null, int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new RestPath($"dead-letters").With("agent_id", filter?.AgentId).With("type", filter?.Type).With("limit", limit).With("after", after),
            WireJson.Lenient.PageDeadLetter, cancellationToken);

    /// <summary>Puts one back into its mailbox, with all of its attempts.</summary>
    public Task RequeueAsync(string deliveryId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"dead-letters/{deliveryId}/requeue"), cancellationToken);

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

/// <summary>Conversations.</summary>
public sealed class ThreadsApi
{
    private readonly RestConnection _connection;

    internal ThreadsApi(RestConnection connection) => _connection = connection;

    public Task<Page<ThreadSummary>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"threads").With("limit", limit).With("after", after), WireJson.Lenient.PageThreadSummary, cancellationToken);

    /// <summary>A conversation's messages, in order, a page at a time.</summary>
    public Task<ThreadView> GetAsync(string threadId, int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"threads/{threadId}").With("limit", limit).With("after", after), WireJson.Lenient.ThreadView, cancellationToken);

    /// <summary>Whether what one read up to <paramref name="since"/> still stands: ask before something that can not be undone.</summary>
    public Task<ThreadCurrent> CurrentAsync(string threadId, long since, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"threads/{threadId}/current").With("since", since), WireJson.Lenient.ThreadCurrent, cancellationToken);
}

/// <summary>Runs of a piece of work.</summary>
public sealed class ExecutionsApi
{
    private readonly RestConnection _connection;

    internal ExecutionsApi(RestConnection connection) => _connection = connection;

    public Task<Execution> CreateAsync(ExecutionRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"executions"), request, WireJson.Lenient.ExecutionRequest, WireJson.Lenient.Execution, cancellationToken);

    public Task<Page<Execution>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"executions").With("limit", limit).With("after", after), WireJson.Lenient.PageExecution, cancellationToken);

    public Task<Execution> GetAsync(string executionId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"executions/{executionId}"), WireJson.Lenient.Execution, cancellationToken);

    /// <summary>Changes status, progress or phase; what is absent stays.</summary>
    public Task UpdateAsync(string executionId, ExecutionPatch patch, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Patch, new RestPath($"executions/{executionId}"), patch, WireJson.Lenient.ExecutionPatch, cancellationToken, repeatable: true);

    /// <param name="level"><c>debug</c>, <c>info</c>, <c>warning</c> or <c>error</c>.</param>
    public Task LogAsync(string executionId, string message, string level = "info", CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"executions/{executionId}/logs"), new ExecutionLogRequest { Level = level, Message = message },
            WireJson.Lenient.ExecutionLogRequest, cancellationToken);

    public Task CompleteAsync(string executionId, JsonElement? result = null, CancellationToken cancellationToken = default) =>
        EndAsync(new RestPath($"executions/{executionId}/complete"), new ExecutionEnd { Result = result }, cancellationToken);

    public Task FailAsync(string executionId, string error, CancellationToken cancellationToken = default) =>
        EndAsync(new RestPath($"executions/{executionId}/fail"), new ExecutionEnd { Error = error }, cancellationToken);

    public Task CancelAsync(string executionId, string? reason = null, CancellationToken cancellationToken = default) =>
        EndAsync(new RestPath($"executions/{executionId}/cancel"), new ExecutionEnd { Error = reason }, cancellationToken);

    private Task EndAsync(RestPath address, ExecutionEnd end, CancellationToken cancellationToken) =>
        _connection.SendAsync(HttpMethod.Post, address, end, WireJson.Lenient.ExecutionEnd, cancellationToken);
}

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

/// <summary>Projects and their settings.</summary>
public sealed class ProjectsApi
{
    private readonly RestConnection _connection;

    internal ProjectsApi(RestConnection connection) => _connection = connection;

    public Task<Project> CreateAsync(ProjectRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"projects"), request, WireJson.Lenient.ProjectRequest, WireJson.Lenient.Project, cancellationToken);

    public Task<Page<Project>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"projects").With("limit", limit).With("after", after), WireJson.Lenient.PageProject, cancellationToken);

    public Task<Project> GetAsync(string projectId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"projects/{projectId}"), WireJson.Lenient.Project, cancellationToken);

    public Task<Project> UpdateAsync(string projectId, ProjectRequest change, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, new RestPath($"projects/{projectId}"), change, WireJson.Lenient.ProjectRequest, WireJson.Lenient.Project, cancellationToken, repeatable: true);

    /// <summary>Deletes a project with everything in it.</summary>
    public Task DeleteAsync(string projectId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"projects/{projectId}"), cancellationToken);
}

/// <summary>Tokens; an admin's business.</summary>
public sealed class TokensApi
{
    private readonly RestConnection _connection;

    internal TokensApi(RestConnection connection) => _connection = connection;

    /// <summary>Makes a token. Its secret is in the answer, and nowhere else later.</summary>
    public Task<NewToken> CreateAsync(TokenRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"tokens"), request, WireJson.Lenient.TokenRequest, WireJson.Lenient.NewToken, cancellationToken);

    public Task<Page<TokenInfo>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"tokens").With("limit", limit).With("after", after), WireJson.Lenient.PageTokenInfo, cancellationToken);

    public Task RevokeAsync(string tokenId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"tokens/{tokenId}"), cancellationToken);
}
