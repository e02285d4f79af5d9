using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Cli.CommandLine;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Tmux;

/// <summary>A pane and the agent that it becomes.</summary>
/// <param name="Refusal">Why it does not become one; null if it does.</param>
internal sealed record AdoptedPane(FoundPane Found, string? Agent, string? Refusal);

/// <summary>Makes panes agents: a mark on the pane, which tmux keeps, and an agent on the server, which says where it lives.</summary>
internal sealed class Adoption(TmuxClient tmux, Call call)
{
    private const string Key = "tmux";

    /// <summary>Which pane becomes which agent. Changes nothing.</summary>
    /// <param name="found">All panes.</param>
    /// <param name="chosen">Panes with the agent's id, or null for the one that is found; none to take all in which a known program runs.</param>
    public static IReadOnlyList<AdoptedPane> Plan(IReadOnlyList<FoundPane> found, IReadOnlyList<(FoundPane Pane, string? Agent)> chosen)
    {
        var wanted = chosen.Count > 0
            ? chosen.Select(choice => (choice.Pane, Agent: choice.Agent ?? choice.Pane.Name)).ToList()
            : [.. found.Where(pane => pane.Harness is not null || pane.Pane.Agent is not null).Select(pane => (Pane: pane, Agent: pane.Name))];

        // An agent has one pane. The one that was it before stays it.
        var taken = found.Where(pane => pane.Pane.Agent is not null && wanted.TrueForAll(want => want.Pane != pane))
            .DistinctBy(pane => pane.Pane.Agent).ToDictionary(pane => pane.Pane.Agent!);
        foreach (var (pane, agent) in wanted.OrderByDescending(want => want.Pane.Pane.Agent == want.Agent))
        {
            if (agent is not null)
                taken.TryAdd(agent, pane);
        }

        return [.. wanted.Select(want => new AdoptedPane(want.Pane, want.Agent, Refusal(want.Pane, want.Agent, taken)))];
    }

    /// <summary>Marks the pane, and registers its agent or says in its metadata where it lives. May be repeated.</summary>
    /// <param name="prompt">The text of the empty prompt of a program that Parley does not know; null to leave that as it is.</param>
    /// <param name="registers">Whether to register the agent; otherwise, it must exist.</param>
    /// <returns>Whether the agent was registered.</returns>
    /// <exception cref="CommandException">The pane is gone, or the agent does not exist.</exception>
    public async Task<bool> AdoptAsync(FoundPane found, string agent, string? prompt, bool registers)
    {
        var isNew = await TellServerAsync(found, agent, registers);
        await SetAsync(found.Pane.Address, Pane.AgentOption, agent);
        if (prompt is not null)
            await SetAsync(found.Pane.Address, Pane.PromptOption, prompt);
        return isNew;
    }

    /// <summary>Takes the marks away. The agent stays registered, because messages may wait for it.</summary>
    /// <returns>Why it failed; null if it did not, also if the pane is gone.</returns>
    public async Task<string?> ReleaseAsync(PaneAddress address)
    {
        if (await tmux.CaptureAsync(address, call.Cancellation) is null)
            return null;
        return await tmux.SetOptionAsync(address, Pane.AgentOption, null, call.Cancellation) ??
            await tmux.SetOptionAsync(address, Pane.PromptOption, null, call.Cancellation);
    }

    private static string? Refusal(FoundPane pane, string? agent, Dictionary<string, FoundPane> taken)
    {
        if (agent is null)
            return $"nothing says which agent it is: name it ({pane.Pane.Address.Id}=AGENT)";
        if (!AgentNames.IsId(agent))
            return $"'{agent}' cannot be an agent's id: use letters, digits, '.', '_', and '-'";
        return taken.TryGetValue(agent, out var other) && other != pane ? $"{other.Pane.Address.Id} is '{agent}' already: name this one ({pane.Pane.Address.Id}=AGENT)" : null;
    }

    private async Task SetAsync(PaneAddress address, string option, string value)
    {
        if (await tmux.SetOptionAsync(address, option, value, call.Cancellation) is { } failure)
            throw new CommandException(ExitCode.NotFound, $"The pane {address.Id} cannot be marked: {failure}.");
    }

    private async Task<bool> TellServerAsync(FoundPane found, string agentId, bool registers)
    {
        try
        {
            var agent = await call.Api.Agents.GetAsync(agentId, call.Cancellation);
            await call.Api.Agents.UpdateAsync(agentId, new RegisterRequest { Metadata = Metadata(agent.Metadata, found) }, call.Cancellation);
            return false;
        }
        catch (ParleyException missing) when (missing.Status == 404)
        {
            if (!registers)
                throw new CommandException(ExitCode.NotFound, $"There is no agent '{agentId}'.", "'--register' registers it.", missing);
            return (await new Actor(call, agentId).RegisterAsync(new RegisterRequest { AgentId = agentId, Metadata = Metadata(null, found) })).IsNew;
        }
    }

    /// <summary>What the agent's metadata has already, and where it lives.</summary>
    private static JsonElement Metadata(JsonElement? before, FoundPane found)
    {
        var all = before is { ValueKind: JsonValueKind.Object } kept ? JsonObject.Create(kept)! : [];
        all[Key] = new JsonObject
        {
            ["host"] = Environment.MachineName,
            ["socket"] = found.Pane.Address.Socket,
            ["pane"] = found.Pane.Address.Id,
            ["place"] = found.Pane.Place,
            ["program"] = found.Program,
            ["folder"] = found.Folder,
        };
        return JsonElement.Parse(all.ToJsonString());
    }
}
