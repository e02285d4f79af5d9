using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.CatchUp;

/// <summary>Makes a catch-up fit into a number of tokens. Ids come before texts: first each list gets room for its items, the important lists first, and
/// what is left goes to the texts.</summary>
internal static class CatchUpBudget
{
    /// <summary>Enough for the longest id and all counts.</summary>
    internal const int LeastTokens = 400;

    internal const int UsualTokens = 2_000;

    /// <summary>What each text gets before any gets more, and the most that one gets.</summary>
    private const int FirstText = 240, LongestText = 4_000;

    /// <summary>What is left of who the agent is, if all of it does not fit.</summary>
    private const int LongestName = 24, MostPauses = 3;

    internal static AgentCatchUp Fit(CatchUpDraft draft, int tokens)
    {
        var most = (long)tokens * TokenBudget.CharactersPerToken;
        var parts = draft.Parts;
        var agent = draft.Agent;
        var left = most - CostOf(draft, agent, tokens);
        // Many capabilities must not take the room of all work.
        if (left < most / 4)
        {
            agent = Short(agent);
            left = most - CostOf(draft, agent, tokens);
        }

        // No list takes more than half of what is left, so that a long one leaves something to those after it.
        foreach (var part in parts)
        {
            var own = left / 2;
            while (part.Show(own) is { } cost)
                (own, left) = (own - cost, left - cost);
        }

        foreach (var part in parts)
        {
            while (part.Show(left) is { } cost)
                left -= cost;
        }

        foreach (var length in new[] { FirstText, LongestText })
        {
            foreach (var part in parts)
            {
                for (var at = 0; at < part.CountShown; at++)
                    left -= part.Lengthen(at, length, left);
            }
        }

        var whole = draft.Build(agent, tokens) with { LeftOut = draft.LeftOut };
        // The number is part of what it counts.
        while (TokensOf(whole) is var counted && counted != whole.Tokens)
            whole = whole with { Tokens = counted };
        return whole;
    }

    private static int TokensOf(AgentCatchUp catchUp) => (CharactersOf(catchUp) + TokenBudget.CharactersPerToken - 1) / TokenBudget.CharactersPerToken;

    /// <summary>The characters of everything but the items, with all counts as long as they can be.</summary>
    private static long CostOf(CatchUpDraft draft, CatchUpAgent agent, int tokens) => CharactersOf(
        draft.Build(agent, tokens) with { Tokens = tokens, LeftOut = draft.LeftOut ?? new CatchUpLeftOut() });

    private static int CharactersOf(AgentCatchUp catchUp) => Encoding.UTF8.GetCharCount(JsonSerializer.SerializeToUtf8Bytes(catchUp, WireJson.Lenient.AgentCatchUp));

    private static CatchUpAgent Short(CatchUpAgent agent) => agent with
    {
        Name = Short(agent.Name)!,
        Type = Short(agent.Type)!,
        Role = Short(agent.Role),
        Specialization = null,
        Squads = [],
        Capabilities = [],
        Pauses = [.. agent.Pauses.Take(MostPauses).Select(pause => pause with { Reason = null, PausedBy = null })],
        Shortened = true,
    };

    private static string? Short(string? name) => name?.Length > LongestName ? TokenBudget.Cut(name, LongestName) : name;
}
