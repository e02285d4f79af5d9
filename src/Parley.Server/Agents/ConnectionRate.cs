using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Agents;

/// <summary>How often an agent may connect. A client that crashes and returns, or many clients with one name, never reach the limit. A client that
/// connects in a loop without a pause does.</summary>
internal sealed class ConnectionRate(RateLimiter<(int Project, string Caller)> limiter)
{
    private const double PerSecond = 20;
    private const int AtOnce = 300;

    /// <returns>Why it may not connect now; null if it may.</returns>
    internal ApiProblem? Refusal(ProjectState project, AgentState agent) =>
        project.Settings.RatePerSecond <= 0 || limiter.TryTake((project.Number, $"connections of {agent.Id}"), 1, PerSecond, AtOnce, out var retryAfter)
            ? null
            : Problems.RateLimited(retryAfter);
}
