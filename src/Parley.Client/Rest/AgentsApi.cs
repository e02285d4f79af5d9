using Parley.Protocol;

namespace Parley.Client;

/// <summary>Which agents to list. An agent must match all values that are set.</summary>
public sealed record AgentQuery
{
    /// <summary>Agents with this status; all if omitted.</summary>
    public AgentStatus? Status { get; init; }

    /// <summary>Agents that are not offline; ignores <see cref="Status"/>.</summary>
    public bool Active { get; init; }

    /// <summary>Agents with this activity; all if omitted.</summary>
    public AgentActivity? Activity { get; init; }

    /// <summary>Agents of this type, such as <c>llm</c>; all if omitted.</summary>
    public string? Type { get; init; }

    /// <summary>Agents with this role; all if omitted.</summary>
    public string? Role { get; init; }

    /// <summary>Members of the squad with this id; all if omitted.</summary>
    public string? Squad { get; init; }

    /// <summary>Text in the id or name.</summary>
    public string? Text { get; init; }

    /// <summary>Agents that have all of these capabilities.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>Agents whose metadata has these values under these keys.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Items per page, 1-500; 50 if omitted.</summary>
    public int? Limit { get; init; }

    /// <summary>The <c>next</c> of the previous page.</summary>
    public string? After { get; init; }
}

/// <summary>Registration, discovery, and presence of agents.</summary>
public sealed class AgentsApi
{
    private readonly RestConnection _connection;

    internal AgentsApi(RestConnection connection) => _connection = connection;

    /// <summary>Registers an agent. The first answer includes its token.</summary>
    public Task<Agent> RegisterAsync(RegisterRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"agents/register"), request, WireJson.Lenient.RegisterRequest, WireJson.Lenient.Agent, cancellationToken);

    /// <summary>Lists the agents that match the query, a page at a time; all agents without one.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<Agent>> ListAsync(AgentQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new AgentQuery();
        var address = new RestPath($"agents")
            .With("status", query.Active ? "active" : query.Status is { } status ? Words.Of(status) : null)
            .With("activity", query.Activity).With("type", query.Type).With("role", query.Role).With("squad", query.Squad).With("q", query.Text)
            .WithEach("capability", query.Capabilities);
        foreach (var (key, value) in query.Metadata ?? new Dictionary<string, string>())
            address.With($"metadata.{key}", value);
        return _connection.GetAsync(
            address.With("limit", query.Limit).With("after", query.After), WireJson.Lenient.PageAgent, cancellationToken);
    }

    /// <summary>Gets an agent: its details, its status, and how much is waiting in its mailbox.</summary>
    /// <exception cref="ParleyException">There is no agent with this id (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Agent> GetAsync(string agentId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"agents/{agentId}"), WireJson.Lenient.Agent, cancellationToken);

    /// <summary>Gets what an agent needs to go on after a restart: who it is, what it has, and what waits for it. Changes nothing.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="budgetTokens">The most model tokens that the answer may take, 400-1,000,000; 2,000 if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">There is no agent with this id (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<AgentCatchUp> CatchUpAsync(string agentId, int? budgetTokens = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"agents/{agentId}/catch-up").With("budget_tokens", budgetTokens), WireJson.Lenient.AgentCatchUp, cancellationToken);

    /// <summary>Changes an agent's details. Omitted fields stay as they are.</summary>
    public Task<Agent> UpdateAsync(string agentId, RegisterRequest change, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, new RestPath($"agents/{agentId}"), change, WireJson.Lenient.RegisterRequest, WireJson.Lenient.Agent, cancellationToken, repeatable: true);

    /// <summary>Deletes an agent: withdraws its deliveries and revokes its tokens. The messages it sent stay.</summary>
    public Task DeleteAsync(string agentId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"agents/{agentId}"), cancellationToken);

    /// <summary>Sets the agent's status and activity, and a note in one line. Omitted values stay as they are, but the note ends with the activity that it is
    /// about.</summary>
    /// <param name="note">What the agent is doing, in up to 200 characters; empty to remove it.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task SetStatusAsync(
        string agentId, AgentStatus? status = null, AgentActivity? activity = null, string? note = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, new RestPath($"agents/{agentId}/status"), new StatusRequest { Status = status, Activity = activity, Note = note },
            WireJson.Lenient.StatusRequest, cancellationToken, repeatable: true);

    /// <summary>Sends a heartbeat for an agent that polls. A connected agent does not need one.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task HeartbeatAsync(string agentId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"agents/{agentId}/heartbeat"), cancellationToken);

    /// <summary>Pauses an agent: its deliveries wait until <see cref="ResumeAsync"/>, and the server assigns it no tasks.</summary>
    /// <param name="agentId">The agent.</param>
    /// <param name="reason">One line that others see, up to 200 characters.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Agent> PauseAsync(string agentId, string? reason = null, CancellationToken cancellationToken = default) => _connection.SendAsync(
        HttpMethod.Post, new RestPath($"agents/{agentId}/pause"), new PauseRequest { Reason = reason }, WireJson.Lenient.PauseRequest, WireJson.Lenient.Agent,
        cancellationToken, repeatable: true);

    /// <summary>Ends a pause, so that waiting messages are delivered. Has no effect if the agent is not paused.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task ResumeAsync(string agentId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"agents/{agentId}/resume"), cancellationToken);

    /// <summary>Gets the topics that an agent is subscribed to.</summary>
    public Task<Subscriptions> SubscriptionsAsync(string agentId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"agents/{agentId}/subscriptions"), WireJson.Lenient.Subscriptions, cancellationToken);

    /// <summary>Sets the topics that an agent is subscribed to, replacing the previous ones.</summary>
    public Task SubscribeAsync(string agentId, IReadOnlyList<string> topics, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, new RestPath($"agents/{agentId}/subscriptions"), new Subscriptions { Topics = topics },
            WireJson.Lenient.Subscriptions, cancellationToken, repeatable: true);

    /// <summary>Replaces all of the agent's tokens with a new one.</summary>
    public Task<NewToken> RotateTokenAsync(string agentId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"agents/{agentId}/token"), WireJson.Lenient.NewToken, cancellationToken);
}
