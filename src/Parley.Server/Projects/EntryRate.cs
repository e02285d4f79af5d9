using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Projects;

/// <summary>How fast a caller may create log entries other than messages: as fast as messages, but counted separately.</summary>
internal sealed class EntryRate(RateLimiter<(int Project, string Caller)> limiter)
{
    /// <returns>Why it may not create one now; null if it may.</returns>
    internal ApiProblem? Refusal(ProjectState project, Caller caller) =>
        limiter.TryTake((project.Number, $"entries of {caller.AgentId ?? caller.TokenId}"), 1, project.Settings.RatePerSecond, project.Settings.RateBurst, out var retryAfter)
            ? null
            : Problems.RateLimited(retryAfter);
}
