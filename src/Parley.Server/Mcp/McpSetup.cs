using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ModelContextProtocol.AspNetCore;
using ModelContextProtocol.Server;
using Parley.Server.Mcp.Tools;

namespace Parley.Server.Mcp;

internal static class McpSetup
{
    /// <summary>Adds the Model Context Protocol, with the tools that agents without an SDK use.</summary>
    public static IServiceCollection AddMcp(this IServiceCollection services)
    {
        services
            .AddSingleton<LocalApi>()
            .AddSingleton<McpTool, InboxTool>()
            .AddSingleton<McpTool, SendTool>()
            .AddSingleton<McpTool, ReplyTool>()
            .AddSingleton<McpTool, RequestTool>()
            .AddSingleton<McpTool, AgentsTool>()
            .AddSingleton<McpTool, ThreadTool>()
            .AddSingleton<McpTool, TaskTool>()
            .AddSingleton<McpTool, MemoryTool>()
            .AddSingleton<McpTool, ReserveTool>()
            .AddSingleton<McpTool, AskHumanTool>()
            .AddSingleton<McpTool, CatchUpTool>()
            .AddSingleton<McpResources>()
            .AddSingleton<ResourceWatch>()
            .AddSingleton<ResourceSubscriptions>()
            .AddSingleton<McpFace>()
            .AddSingleton<IConfigureOptions<McpServerOptions>>(provider => provider.GetRequiredService<McpFace>())
            .AddSingleton<IConfigureOptions<HttpServerTransportOptions>>(provider => provider.GetRequiredService<McpFace>())
            .AddMcpServer().WithHttpTransport();
        return services;
    }
}
