using Microsoft.Extensions.Options;
using ModelContextProtocol;
using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Parley.Server.Mcp.Tools;
using Parley.Server.Monitoring;
using Parley.Server.Wire;

namespace Parley.Server.Mcp;

/// <summary>Connects the SDK to what Parley does.</summary>
internal sealed class McpFace(IEnumerable<McpTool> tools, LocalApi api, McpResources resources, ResourceSubscriptions subscriptions)
    : IConfigureOptions<McpServerOptions>, IConfigureOptions<HttpServerTransportOptions>
{
    private static readonly TimeSpan IdleSession = TimeSpan.FromMinutes(30);

    private const int MostIdleSessions = 1_000;

    private readonly Dictionary<string, McpTool> _tools = tools.ToDictionary(tool => tool.Name, StringComparer.Ordinal);

    public void Configure(McpServerOptions options)
    {
        ServerDeclaration.Declare(options, ServerVersion.Text);
        options.Handlers.CallToolHandler = CallAsync;
        options.Handlers.ReadResourceHandler = resources.ReadAsync;
        options.Handlers.SubscribeToResourcesHandler = subscriptions.SubscribeAsync;
        options.Handlers.UnsubscribeFromResourcesHandler = subscriptions.UnsubscribeAsync;
        options.Handlers.SubscriptionsListenHandler = subscriptions.ListenAsync;
    }

    public void Configure(HttpServerTransportOptions options)
    {
        // Clients from before 2026-07-28 have sessions, and can be told of changes only in them.
        options.SessionMode = HttpServerSessionMode.StatefulForInitializeClients;
#pragma warning disable MCP9006, MCPEXP002 // Sessions are obsolete, and these clients still have them. The handler is the only way to know of their end.
        options.IdleTimeout = IdleSession;
        options.MaxIdleSessionCount = MostIdleSessions;
        options.RunSessionHandler = subscriptions.RunSessionAsync;
#pragma warning restore MCP9006, MCPEXP002
    }

    private async ValueTask<CallToolResult> CallAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var name = request.Params?.Name ?? "";
        if (ToolDeclarations.Find(name) is not { } declared || !_tools.TryGetValue(name, out var tool))
        {
            throw new McpProtocolException(
                $"There is no tool '{Problems.Shown(name)}'. The tools are {string.Join(", ", ToolDeclarations.All.Select(known => known.Name))}.", McpErrorCode.InvalidParams);
        }

        var (arguments, wrong) = ToolArguments.Read(declared, request.Params?.Arguments);
        if (arguments is null)
            return ToolResult.Error(wrong!);
        var caller = McpCaller.Current;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, caller.Gone);
        return await tool.CallAsync(new ToolCall(api, caller, arguments, ending.Token));
    }
}
