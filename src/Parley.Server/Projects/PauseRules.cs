using Parley.Protocol;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Projects;

/// <summary>The rules for pausing agents, squads, and projects.</summary>
internal static class PauseRules
{
    internal const string ARequest = """{"reason": "The build is broken."}""";

    internal static ApiProblem? Check(PauseRequest? request) => new Validation().DisplayText("reason", request?.Reason).Problem;

    /// <summary>The pause after a request. A repeated request changes nothing, unless it gives a reason.</summary>
    /// <param name="present">The current pause; null for none.</param>
    internal static Pause Make(Pause? present, PauseRequest? request, Caller caller, DateTimeOffset now) => present is not null && request?.Reason is null
        ? present
        : new Pause { Reason = request?.Reason, PausedBy = caller.AgentId ?? $"token:{caller.TokenId}", PausedAt = now };
}
