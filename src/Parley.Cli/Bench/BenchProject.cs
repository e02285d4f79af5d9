using System.Collections.Concurrent;
using Parley.Cli.Bench.Clients;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Bench;

/// <summary>A project for one workload, without the limits that protect a project in use.</summary>
internal sealed class BenchProject : IAsyncDisposable
{
    /// <summary>Part of the workloads' definition: the most sends of one sender that are in flight.</summary>
    private const int MaxUnconfirmed = 256;

    private readonly BenchServer _server;
    private readonly ParleyApi _admin;
    private readonly ConcurrentDictionary<string, string> _tokens = new(StringComparer.Ordinal);

    private BenchProject(BenchServer server, ParleyApi admin, string id)
    {
        (_server, _admin, Id) = (server, admin, id);
        Api = ParleyApi.Open(server.Options with { Project = id });
    }

    public string Id { get; }

    /// <summary>The project, with an admin's access.</summary>
    public ParleyApi Api { get; }

    public static async Task<BenchProject> CreateAsync(BenchServer server, string workload, CancellationToken cancellationToken)
    {
        var admin = ParleyApi.Open(server.Options);
        var request = new ProjectRequest
        {
            ProjectId = $"bench-{workload}-{Guid.NewGuid():N}",
            Name = $"parley bench: {workload}",
            Settings = new ProjectSettings { RateLimitPerSecond = 0, MailboxLimit = 10_000_000, LoopLimit = 100_000 },
        };
        var project = await admin.Projects.CreateAsync(request, cancellationToken);
        return new BenchProject(server, admin, project.ProjectId);
    }

    /// <summary>Registers an agent that does not connect.</summary>
    /// <returns>Its token.</returns>
    public async Task<string> RegisterAsync(string agentId, CancellationToken cancellationToken)
    {
        if (_tokens.TryGetValue(agentId, out var known))
            return known;
        var agent = await Api.Agents.RegisterAsync(new RegisterRequest { AgentId = agentId, Type = "bot" }, cancellationToken);
        return _tokens[agentId] = agent.Token ?? throw new InvalidOperationException($"The server returned no token when '{agentId}' was first registered.");
    }

    /// <summary>Registers an agent, if it is not registered yet, and connects as it.</summary>
    public async Task<ParleyAgent> ConnectAsync(string agentId, CancellationToken cancellationToken) =>
        await ConnectAsync(agentId, await RegisterAsync(agentId, cancellationToken), cancellationToken);

    /// <summary>Registers an agent, if it is not registered yet, and connects as it.</summary>
    public async Task<IBenchClient> OpenAsync(string agentId, ClientKind client, CancellationToken cancellationToken) => client switch
    {
        ClientKind.Plain => await PlainClient.ConnectAsync(
            ServerLocation.Find(_server.Options), Id, agentId, await RegisterAsync(agentId, cancellationToken), MaxUnconfirmed, cancellationToken),
        _ => new SdkClient(await ConnectAsync(agentId, cancellationToken)),
    };

    /// <summary>A token that reads everything in the project.</summary>
    public async Task<string> ObserverTokenAsync(CancellationToken cancellationToken) =>
        (await Api.Tokens.CreateAsync(new TokenRequest { Kind = TokenKind.Observer, ProjectId = Id }, cancellationToken)).Token;

    public Task<ParleyAgent> ConnectAsync(string agentId, string token, CancellationToken cancellationToken) =>
        ParleyAgent.ConnectAsync(OptionsOf(token) with { AgentId = agentId, MaxUnconfirmed = MaxUnconfirmed }, cancellationToken);

    /// <summary>REST and streams on separate connections.</summary>
    public ParleyApi Open(string token) => ParleyApi.Open(OptionsOf(token));

    public async ValueTask DisposeAsync()
    {
        // A server that the bench started is removed with everything on it.
        if (!_server.IsOwn)
            await DeleteAsync();
        await Api.DisposeAsync();
        await _admin.DisposeAsync();
    }

    private async Task DeleteAsync()
    {
        try
        {
            await _admin.Projects.DeleteAsync(Id, CancellationToken.None);
        }
        catch (ParleyException gone) when (gone.Code == ErrorCodes.NotFound)
        {
            // Deleting a lot takes time. The client retried, and the first call had finished in the meantime.
        }
    }

    private ParleyOptions OptionsOf(string token) => _server.Options with { Project = Id, Token = token };
}
