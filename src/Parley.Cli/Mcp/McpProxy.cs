using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Parley.Cli.CommandLine;
using Parley.Server.Mcp;

namespace Parley.Cli.Mcp;

/// <summary>An MCP server on standard input and output that passes calls on to Parley's own. What that server would declare is known here, so a client
/// gets it at once, even while the server is away.</summary>
internal sealed class McpProxy(McpUpstream upstream, McpSubscriptions subscriptions, McpWaker waker, CancellationToken ending)
{
    /// <summary>Serves until the client closes standard input.</summary>
    internal static async Task RunAsync(Call call)
    {
        using var identity = new McpIdentity(call);
        using var upstream = new McpUpstream(identity);
        using var subscriptions = new McpSubscriptions(upstream);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        var options = new McpServerOptions();
        new McpProxy(upstream, subscriptions, new McpWaker(upstream), ending.Token).Configure(options);
        await using var transport = new StdioServerTransport("parley");
        await using var server = McpServer.Create(transport, options);
        await server.RunAsync(call.Cancellation);
        await ending.CancelAsync();
    }

    private void Configure(McpServerOptions options)
    {
        ServerDeclaration.Declare(options, ProgramVersion.Text);
        options.Handlers.ListToolsHandler = ListAsync;
        options.Handlers.CallToolHandler = CallAsync;
        options.Handlers.ReadResourceHandler = ReadAsync;
        options.Handlers.SubscribeToResourcesHandler = subscriptions.SubscribeAsync;
        options.Handlers.UnsubscribeFromResourcesHandler = subscriptions.UnsubscribeAsync;
        options.Handlers.SubscriptionsListenHandler = subscriptions.ListenAsync;
    }

    /// <summary>All clients ask for the tools first, and have said by then what they are.</summary>
    private ValueTask<ListToolsResult> ListAsync(RequestContext<ListToolsRequestParams> request, CancellationToken cancellationToken)
    {
        waker.Begin(HarnessOf(request.Server), ending);
        return new(ServerDeclaration.Tools());
    }

    private async ValueTask<CallToolResult> CallAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var name = request.Params?.Name ?? "";
        var arguments = new JsonObject();
        foreach (var (argument, value) in request.Params?.Arguments ?? new Dictionary<string, JsonElement>())
            arguments[argument] = JsonNode.Parse(value.GetRawText());
        try
        {
            var result = await upstream.RequestAsync(
                RequestMethods.ToolsCall, new JsonObject { ["name"] = name, ["arguments"] = arguments }, name, HarnessOf(request.Server), cancellationToken);
            return Own(result.Deserialize(McpUpstream.TypeOf<CallToolResult>())!);
        }
        catch (McpUpstreamException fault)
        {
            // The model can read this, and can do something about it.
            return new CallToolResult { Content = [new TextContentBlock { Text = fault.Message }], IsError = true };
        }
    }

    private async ValueTask<ReadResourceResult> ReadAsync(RequestContext<ReadResourceRequestParams> request, CancellationToken cancellationToken)
    {
        var uri = request.Params?.Uri ?? "";
        try
        {
            var result = await upstream.RequestAsync(
                RequestMethods.ResourcesRead, new JsonObject { ["uri"] = uri }, uri, HarnessOf(request.Server), cancellationToken);
            return Own(result.Deserialize(McpUpstream.TypeOf<ReadResourceResult>())!);
        }
        catch (McpUpstreamException fault)
        {
            throw new McpProtocolException(fault.Message, fault, McpErrorCode.InternalError);
        }
    }

    /// <summary>The result without what the server says of itself for its own revision: the client may speak another.</summary>
    private static T Own<T>(T result)
        where T : Result
    {
        result.Meta = null;
        result.ResultType = null;
        return result;
    }

    private static string HarnessOf(McpServer server) => McpIdentity.HarnessOf(server.ClientInfo?.Name);
}
