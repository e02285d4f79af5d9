using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Projects;

/// <summary>How fast a caller may make entries of the log other than messages: as fast as messages, and counted apart from them.</summary>
internal sealed class EntryRate(RateLimiter<(int Project, string Caller)> limiter)
{
    /// <returns>Why it is too fast; null: it may.</returns>
    internal ApiProblem? Refusal(ProjectState project, Caller caller) =>
        limiter.TryTake((project.Number, $"entries of {caller.AgentId ?? caller.TokenId}"), 1, project.Settings.RatePerSecond, project.Settings.RateBurst, out var retryAfter)
            ? null
            : Problems.RateLimited(retryAfter);
}
