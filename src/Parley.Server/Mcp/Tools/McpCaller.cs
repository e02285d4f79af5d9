using System.Net;
using Microsoft.AspNetCore.Http;
using Parley.Server.Security;

namespace Parley.Server.Mcp.Tools;

/// <summary>Who makes a request of MCP. Always the caller of that request, by its own token: a session has none.</summary>
internal sealed class McpCaller
{
    internal const string AgentParameter = "agent_id";

    private static readonly AsyncLocal<McpCaller?> Now = new();

    private readonly HttpContext _http;

    private McpCaller(HttpContext http) => _http = http;

    /// <summary>That of the request that is being served.</summary>
    /// <exception cref="InvalidOperationException">No request is being served.</exception>
    internal static McpCaller Current => Now.Value ?? throw new InvalidOperationException("There is no request of MCP.");

    /// <summary>With its token.</summary>
    internal string Authorization => _http.Request.Headers.Authorization.ToString();

    internal Caller Caller => Caller.Of(_http);

    internal string ProjectId => Scope.Of(_http).ProjectId;

    /// <summary>The agent that it acts as: that of its token, or, if the token may act as several, the one that the address of the endpoint
    /// names.</summary>
    internal string AgentId => Named ?? Caller.AgentId ?? Caller.Human;

    /// <summary>The agent that the address names; null if it names none.</summary>
    internal string? Named => _http.Request.Query[AgentParameter] is [{ Length: > 0 } named] ? named : null;

    internal IPAddress? Address => _http.Connection.RemoteIpAddress;

    internal string ConnectionId => _http.Connection.Id;

    internal static void Enter(HttpContext http) => Now.Value = new McpCaller(http);

    /// <summary>Calls back when the answer to this request has been sent.</summary>
    /// <param name="ended">Takes whether the client got all of it, as far as the server can know.</param>
    internal void AfterAnswer(Func<bool, Task> ended) => _http.Response.OnCompleted(() => ended(!_http.RequestAborted.IsCancellationRequested));
}
