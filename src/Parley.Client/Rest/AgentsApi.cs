using Parley.Protocol;

namespace Parley.Client;

/// <summary>Which agents to list; everything given must hold.</summary>
public sealed record AgentQuery
{
    /// <summary>Those whose connection stands so; all if absent.</summary>
    public AgentStatus? Status { get; init; }

    /// <summary>Those that are not offline; <see cref="Status"/> is left out then.</summary>
    public bool Active { get; init; }

    /// <summary>Those that are doing this; all if absent.</summary>
    public AgentActivity? Activity { get; init; }

    /// <summary>Those of this type, as <c>llm</c>; all if absent.</summary>
    public string? Type { get; init; }

    /// <summary>Those with this role; all if absent.</summary>
    public string? Role { get; init; }

    /// <summary>Members of the squad with this id; all if absent.</summary>
    public string? Squad { get; init; }

    /// <summary>Words of the id or name.</summary>
    public string? Text { get; init; }

    /// <summary>The agent has all of them.</summary>
    public IReadOnlyList<string>? Capabilities { get; init; }

    /// <summary>Keys of the metadata and the values they have.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>How many to a page, 1-500; 50 if absent.</summary>
    public int? Limit { get; init; }

    /// <summary>The <c>next</c> of the page before.</summary>
    public string? After { get; init; }
}

/// <summary>Who is there: registration, discovery, presence.</summary>
public sealed class AgentsApi
{
    private readonly RestConnection _connection;

    internal AgentsApi(RestConnection connection) => _connection = connection;

    /// <summary>Registers an agent. The answer holds its token the first time.</summary>
    public Task<Agent> RegisterAsync(RegisterRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"agents/register"), request, WireJson.Lenient.RegisterRequest, WireJson.Lenient.Agent, cancellationToken);

    /// <summary>The project's agents that match, all where nothing is asked for, a page at a time.</summary>
    /// <exception cref="ParleyException">The server refuses it; no server answers.</exception>
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

    /// <summary>One agent: what it is, how it stands, and how much waits in its mailbox.</summary>
    /// <exception cref="ParleyException">There is none of this id (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Agent> GetAsync(string agentId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"agents/{agentId}"), WireJson.Lenient.Agent, cancellationToken);

    /// <summary>What the agent is from now on; what is absent stays.</summary>
    public Task<Agent> UpdateAsync(string agentId, RegisterRequest change, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, new RestPath($"agents/{agentId}"), change, WireJson.Lenient.RegisterRequest, WireJson.Lenient.Agent, cancellationToken, repeatable: true);

    /// <summary>Withdraws its deliveries and revokes its tokens; what it sent stays.</summary>
    public Task DeleteAsync(string agentId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"agents/{agentId}"), cancellationToken);

    /// <summary>Says how the agent stands and what it is doing; what is absent stays.</summary>
    /// <exception cref="ParleyException">The server refuses it; no server answers.</exception>
    public Task SetStatusAsync(
        string agentId, AgentStatus? status = null, AgentActivity? activity = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, new RestPath($"agents/{agentId}/status"), new StatusRequest { Status = status, Activity = activity },
            WireJson.Lenient.StatusRequest, cancellationToken, repeatable: true);

    /// <summary>A sign of life of an agent that polls. One that is connected needs none.</summary>
    /// <exception cref="ParleyException">The server refuses it; no server answers.</exception>
    public Task HeartbeatAsync(string agentId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"agents/{agentId}/heartbeat"), cancellationToken);

    /// <summary>Its deliveries wait until <see cref="ResumeAsync"/>.</summary>
    public Task PauseAsync(string agentId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"agents/{agentId}/pause"), cancellationToken);

    /// <summary>Ends a pause: what waited is delivered. Of an agent that is not paused it changes nothing.</summary>
    /// <exception cref="ParleyException">The server refuses it; no server answers.</exception>
    public Task ResumeAsync(string agentId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"agents/{agentId}/resume"), cancellationToken);

    /// <summary>The topics it hears.</summary>
    public Task<Subscriptions> SubscriptionsAsync(string agentId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"agents/{agentId}/subscriptions"), WireJson.Lenient.Subscriptions, cancellationToken);

    /// <summary>The topics it hears from now on, in place of those before.</summary>
    public Task SubscribeAsync(string agentId, IReadOnlyList<string> topics, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Put, new RestPath($"agents/{agentId}/subscriptions"), new Subscriptions { Topics = topics },
            WireJson.Lenient.Subscriptions, cancellationToken, repeatable: true);

    /// <summary>A new token in place of the agent's others.</summary>
    public Task<NewToken> RotateTokenAsync(string agentId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"agents/{agentId}/token"), WireJson.Lenient.NewToken, cancellationToken);
}
