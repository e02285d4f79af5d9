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

    /// <summary>All is read now: a tool may still run when the request is over and its object serves another.</summary>
    private McpCaller(HttpContext http)
    {
        _http = http;
        Authorization = http.Request.Headers.Authorization.ToString();
        Caller = Caller.Of(http);
        ProjectId = Scope.Of(http).ProjectId;
        Named = http.Request.Query[AgentParameter] is [{ Length: > 0 } named] ? named : null;
        Address = http.Connection.RemoteIpAddress;
        ConnectionId = http.Connection.Id;
        Gone = http.RequestAborted;
    }

    /// <summary>That of the request that is being served.</summary>
    /// <exception cref="InvalidOperationException">No request is being served.</exception>
    internal static McpCaller Current => Now.Value ?? throw new InvalidOperationException("There is no request of MCP.");

    /// <summary>With its token.</summary>
    internal string Authorization { get; }

    internal Caller Caller { get; }

    internal string ProjectId { get; }

    /// <summary>The agent that it acts as: that of its token, or, if the token may act as several, the one that the address of the endpoint
    /// names.</summary>
    internal string AgentId => Named ?? Caller.AgentId ?? Caller.Human;

    /// <summary>The agent that the address names; null if it names none.</summary>
    internal string? Named { get; }

    internal IPAddress? Address { get; }

    internal string ConnectionId { get; }

    /// <summary>Cancelled when the client has gone. In a session, what it called would go on otherwise.</summary>
    internal CancellationToken Gone { get; }

    internal static void Enter(HttpContext http) => Now.Value = new McpCaller(http);

    /// <summary>Calls back when the answer to this request has been sent.</summary>
    /// <param name="ended">Takes whether the client got all of it, as far as the server can know.</param>
    internal async Task AfterAnswerAsync(Func<bool, Task> ended)
    {
        try
        {
            if (!Gone.IsCancellationRequested)
            {
                _http.Response.OnCompleted(() => ended(!Gone.IsCancellationRequested));
                return;
            }
        }
        catch (Exception over) when (over is ObjectDisposedException or InvalidOperationException)
        {
            // The request has ended without an answer.
        }

        await ended(false);
    }
}
