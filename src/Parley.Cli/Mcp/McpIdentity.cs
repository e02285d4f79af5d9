using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Parley.Cli.CommandLine;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Mcp;

/// <summary>Where the server is, and as whom to call it.</summary>
/// <param name="AgentId">The agent to act as; null for the token's own.</param>
internal sealed record McpAddress(Uri Endpoint, string Token, string? AgentId)
{
    /// <summary>The project that was named; null for the token's.</summary>
    internal string? Project { get; init; }

    /// <summary>An address of the REST interface.</summary>
    internal Uri Rest(string path) => new(Endpoint, Project is null ? $"/api/v1/{path}" : $"/api/v1/{path}?project_id={Uri.EscapeDataString(Project)}");
}

/// <summary>Finds out as whom to call the server, when it is first called: the agent that was named, or that of the token, or one that is named after the
/// folder and the program that started this one, as hooks do.</summary>
internal sealed class McpIdentity(Call call) : IDisposable
{
    /// <summary>What the names of clients, and of their variables, tell of a harness.</summary>
    private static readonly string[] Harnesses = ["claude", "codex", "gemini", "copilot", "opencode", "cursor", "goose", "cline"];

    private static readonly (string Variable, string Harness)[] Variables =
    [
        ("CLAUDECODE", "claude"), ("GEMINI_CLI", "gemini"), ("COPILOT_AGENT_SESSION_ID", "copilot"), ("OPENCODE", "opencode"), ("CURSOR_AGENT", "cursor"),
    ];

    private readonly SemaphoreSlim _gate = new(1, 1);
    private McpAddress? _known;

    /// <summary>Forgets what was found: the server may be elsewhere after a restart, or the token may have ended.</summary>
    internal void Forget() => _known = null;

    public void Dispose() => _gate.Dispose();

    /// <summary>The harness that a client belongs to.</summary>
    /// <param name="client">The name that it gives itself; null if it gives none.</param>
    internal static string HarnessOf(string? client) =>
        Harnesses.FirstOrDefault(harness => client?.Split(' ', '-', '_', '/').Contains(harness, StringComparer.OrdinalIgnoreCase) == true)
        ?? Variables.FirstOrDefault(one => Environment.GetEnvironmentVariable(one.Variable) is { Length: > 0 }).Harness
        ?? "agent";

    /// <exception cref="McpUpstreamException">No server was found, it does not answer, or it refuses.</exception>
    internal async ValueTask<McpAddress> FindAsync(string harness, CancellationToken cancellationToken)
    {
        if (_known is { } known)
            return known;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _known ??= await SearchAsync(harness, cancellationToken);
        }
        catch (Exception failure) when (Failure.Of(failure, cancellationToken) is { } why && failure is not OperationCanceledException)
        {
            throw new McpUpstreamException(why.Remedy is null ? why.Problem.Detail! : $"{why.Problem.Detail} {why.Remedy}", failure);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<McpAddress> SearchAsync(string harness, CancellationToken cancellationToken)
    {
        // A call looks for the server once. This process outlives servers.
        await using var now = new Call(call.Arguments, call.Time, cancellationToken);
        var location = now.Location;
        var agent = location.AgentId;
        if (agent is null && location.TokenIsExplicit && await OwnAgentAsync(location, cancellationToken) is not null)
            return new McpAddress(Endpoint(location, null), location.Token!, null) { Project = location.Project };
        agent ??= FolderName.AgentId(Environment.CurrentDirectory, harness);
        var token = agent == Call.Operators ? location.RequireToken() : await new Actor(now, agent).TokenAsync();
        return new McpAddress(Endpoint(location, agent), token, agent) { Project = location.Project };
    }

    /// <summary>The agent that the given token belongs to; null if it belongs to none.</summary>
    private static async Task<string?> OwnAgentAsync(ServerLocation location, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(location.CreateHttpHandler());
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(location.Url, "api/v1/me"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", location.Token);
        try
        {
            using var answer = await http.SendAsync(request, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
                throw new CommandException(ExitCode.Refused, "The server does not accept the token in PARLEY_TOKEN.", "Give the agent a valid one ('parley token create').");
            return answer.IsSuccessStatusCode
                ? JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(cancellationToken), WireJson.Lenient.Me)?.AgentId
                : null;
        }
        catch (HttpRequestException away)
        {
            throw new McpUpstreamException(McpUpstream.Away(location.Url, away), away);
        }
    }

    private static Uri Endpoint(ServerLocation location, string? agent)
    {
        var query = new List<string>();
        if (agent is not null)
            query.Add($"agent_id={Uri.EscapeDataString(agent)}");
        if (location.Project is { } project)
            query.Add($"project_id={Uri.EscapeDataString(project)}");
        return new Uri(location.Url, query.Count == 0 ? "mcp" : $"mcp?{string.Join('&', query)}");
    }

    /// <summary>A handler that trusts what the server of the options uses.</summary>
    internal SocketsHttpHandler CreateHandler()
    {
        try
        {
            return call.Location.CreateHttpHandler();
        }
        catch (CommandException)
        {
            // There is no server yet.
            return new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10) };
        }
    }
}
