using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Operations;

namespace Parley.Server.Hooks;

internal static class HooksSetup
{
    public static IServiceCollection AddHooks(this IServiceCollection services) => services
        .AddSingleton<Harness, ClaudeCode>()
        .AddSingleton<Harness, Codex>()
        .AddSingleton<Harness, CopilotCli>()
        .AddSingleton<Harness, GeminiCli>()
        .AddSingleton<Harness, OpenCode>()
        .AddSingleton<HookDesk>()
        .AddConcept<HooksConcept>();
}
