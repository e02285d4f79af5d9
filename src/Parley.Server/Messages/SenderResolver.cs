using System.Globalization;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Determines as whom a caller sends.</summary>
internal sealed class SenderResolver(AgentDirectory agents)
{
    /// <param name="senderId">As whom the caller wants to send; null for itself, or for <c>human</c> if it has no agent.</param>
    /// <param name="onlyLook">True if nothing is sent, so that no inbox is created.</param>
    internal async ValueTask<Result<Sender>> FindAsync(
        Caller caller, ProjectState project, string? senderId, string? session, CancellationToken cancellationToken, bool onlyLook = false)
    {
        var id = senderId ?? caller.AgentId ?? AgentDirectory.Human;
        if (!caller.MayActAs(id))
            return Problems.Forbidden($"This token may not send as '{Problems.Shown(id)}'.");
        var agent = id != AgentDirectory.Human ? project.Agents.Find(id)
            : onlyLook ? agents.HumanToLookAt(project)
            : await agents.HumanAsync(project, cancellationToken);
        if (agent is null)
        {
            return id == caller.AgentId
                ? Problems.Unauthorized($"The agent '{id}' of this token does not exist: register it again.")
                : Problems.NotFound("agent", id);
        }

        return Of(caller, agent, session);
    }

    internal static Sender Of(Caller caller, AgentState agent, string? session) => new(
        agent, agent.Id, agent.Words.AsSender, AuthorityOf(caller, agent), CallerKey(caller, agent), session);

    /// <summary>A message has an operator's authority only if it was sent with a person's token, so an agent cannot claim it.</summary>
    private static Authority AuthorityOf(Caller caller, AgentState agent) =>
        caller.Kind is TokenKind.Admin or TokenKind.Operator && agent.Record.Type == AgentDirectory.Human ? Authority.Operator : Authority.Agent;

    /// <summary>Whose idempotency keys and rate limit apply.</summary>
    private static string CallerKey(Caller caller, AgentState agent) => caller.Kind == TokenKind.Agent
        ? string.Create(CultureInfo.InvariantCulture, $"a{agent.Number}")
        : $"t{caller.TokenId}";
}
