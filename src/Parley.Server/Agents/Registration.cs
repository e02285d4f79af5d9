using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Agents;

/// <summary>Registers agents and gives them their tokens.</summary>
internal sealed class Registration(AgentDirectory directory, TokenVault vault, IClusterView cluster)
{
    /// <summary>How many tokens of one agent may be waiting for their first use. More than this means that a client registers in a loop.</summary>
    private const int MostUnused = 4;

    /// <summary>Registers an agent if the caller may: an agent itself, a join token only new agents, operators any agent.</summary>
    internal async ValueTask<Result<Registered>> RegisterAsync(
        ProjectState project, Caller caller, RegisterRequest request, CancellationToken cancellationToken)
    {
        if (!IdOf(caller, request).TryGet(out var id, out var problem))
            return problem;
        if (caller.Kind == TokenKind.Agent)
        {
            var (self, _) = (await directory.RegisterAsync(project, id, request, create: false, cancellationToken))!.Value;
            return new Registered(await directory.ShowAsync(project, self, cancellationToken), IsNew: false);
        }

        return project.Agents.Find(id) is null && await TryAddAsync(project, id, request, cancellationToken) is { } added
            ? added
            : await RepeatAsync(project, caller, id, request, cancellationToken);
    }

    /// <returns>Null if somebody else was faster.</returns>
    private async ValueTask<Registered?> TryAddAsync(
        ProjectState project, string id, RegisterRequest request, CancellationToken cancellationToken)
    {
        // The token comes first: if the server is killed between the two, it leaves a token that nobody knows, instead of an agent that nobody can
        // use.
        var token = await vault.IssueAsync(OrderFor(project, id), cancellationToken);
        AgentState? added = null;
        try
        {
            added = (await directory.RegisterAsync(project, id, request, create: true, cancellationToken))?.Agent;
        }
        finally
        {
            // Once the agent exists, it keeps its token, whatever else goes wrong. A caller that got no answer can then ask again.
            if (added is null && project.Agents.Find(id) is null)
                await vault.RevokeAsync([token.TokenId], CancellationToken.None);
        }

        if (added is not null)
            return new Registered(await directory.ShowAsync(project, added, cancellationToken, token.Token), IsNew: true);
        await vault.RevokeAsync([token.TokenId], cancellationToken);
        return null;
    }

    private async ValueTask<Result<Registered>> RepeatAsync(
        ProjectState project, Caller caller, string id, RegisterRequest request, CancellationToken cancellationToken)
    {
        // A caller that got no answer to its registration registers again. As long as nobody has used a token of the agent, it gets another one. The
        // others stay valid, because two programs may have registered the same name, and the first must not silently lose its token. On another node,
        // there may be more of them.
        await cluster.CatchUpAsync(cancellationToken);
        var tokens = vault.TokensOf(project.Id, id);
        var wasNeverUsed = tokens.Count > 0 && tokens.All(token => token.Kind == TokenKind.Agent) && !await vault.WasUsedAsync(project.Id, id, cancellationToken);
        if (caller.May(Permission.Register) == Access.CreateOnly && !wasNeverUsed)
            return Problems.AlreadyExists("agent", id);

        var (agent, _) = (await directory.RegisterAsync(project, id, request, create: false, cancellationToken))!.Value;
        var token = wasNeverUsed
            ? await OneMoreAsync(project, id, tokens, cancellationToken)
            : null;
        return new Registered(await directory.ShowAsync(project, agent, cancellationToken, token?.Token), IsNew: false);
    }

    private async ValueTask<NewToken> OneMoreAsync(ProjectState project, string id, IReadOnlyList<TokenInfo> unused, CancellationToken cancellationToken)
    {
        var token = await vault.IssueAsync(OrderFor(project, id), cancellationToken);
        await vault.RevokeAsync([.. unused.OrderByDescending(older => older.CreatedAt).Skip(MostUnused - 1).Select(older => older.TokenId)], cancellationToken);
        return token;
    }

    private static Result<string> IdOf(Caller caller, RegisterRequest request)
    {
        var id = request.AgentId ?? (caller.Kind == TokenKind.Agent ? caller.AgentId : request.Name is { } name ? WireNames.ToId(name, WireNames.LongestAgentId) : null);
        var problem = AgentRules.Check(request)
            .Check(id is not null, "agent_id", request.Name is null ? "is missing, and so is a name to make it from" : "is missing, and the name has no characters to make an id from")
            .AgentId(request.AgentId is null ? "name" : "agent_id", request.AgentId is null ? id : null)
            .Problem;
        if (problem is null && caller.Kind == TokenKind.Agent && id != caller.AgentId)
            problem = Problems.Forbidden("An agent's token can register only that agent.");
        return problem is null ? id! : problem;
    }

    private static TokenOrder OrderFor(ProjectState project, string id) => new(TokenKind.Agent) { ProjectId = project.Id, AgentId = id };
}

/// <summary>An agent after its registration, with its token if there is a new one.</summary>
/// <param name="IsNew">Whether it did not exist before.</param>
internal sealed record Registered(Agent Agent, bool IsNew);
