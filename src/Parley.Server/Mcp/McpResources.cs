using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using Parley.Server.Mcp.Tools;

namespace Parley.Server.Mcp;

/// <summary>The inbox and the threads as resources: what the API shows of them, without changing anything.</summary>
internal sealed class McpResources(LocalApi api)
{
    internal async ValueTask<ReadResourceResult> ReadAsync(RequestContext<ReadResourceRequestParams> request, CancellationToken cancellationToken)
    {
        var uri = request.Params?.Uri ?? "";
        var caller = McpCaller.Current;
        var path = uri == ServerDeclaration.InboxUri ? $"/agents/{Uri.EscapeDataString(caller.AgentId)}/inbox"
            : ThreadOf(uri) is { } thread ? $"/threads/{Uri.EscapeDataString(thread)}"
            : throw NotFound(uri, "there is no such resource");
        var answer = await api.SendAsync(caller, "GET", path, $"project_id={Uri.EscapeDataString(caller.ProjectId)}", [], cancellationToken);
        if (answer.IsRefused)
            throw NotFound(uri, ToolResult.Problem(answer));
        return new ReadResourceResult
        {
            Contents = [new TextResourceContents { Uri = uri, MimeType = ServerDeclaration.Json, Text = ToolResult.Text(answer.Json) }],
            TimeToLive = TimeSpan.Zero,
            CacheScope = CacheScope.Private,
        };
    }

    /// <summary>The id in the address of a thread; null if it is none.</summary>
    internal static string? ThreadOf(string uri) =>
        uri.StartsWith(ServerDeclaration.ThreadUriStart, StringComparison.Ordinal) && uri.Length > ServerDeclaration.ThreadUriStart.Length
            ? uri[ServerDeclaration.ThreadUriStart.Length..]
            : null;

    internal static McpProtocolException NotFound(string uri, string why)
    {
        var fault = new McpProtocolException($"The resource cannot be read: {why}.", McpErrorCode.InvalidParams);
        fault.Data["uri"] = uri;
        return fault;
    }
}
