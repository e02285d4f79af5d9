using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Storage;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>Settles deliveries on behalf of their agent.</summary>
internal sealed class Settling(IDeliveryStore store, CapabilityMover mover, IDeathWatcher deaths, TimeProvider clock)
{
    /// <summary>Settles each delivery. They are accepted in the order of the calls.</summary>
    /// <returns>A problem or null for each, in order.</returns>
    internal async Task<IReadOnlyList<ApiProblem?>> SettleAsync(
        ProjectState project, AgentState agent, IReadOnlyList<SettleDraft> drafts, Resume resume = Resume.OnPool, bool isDeferred = false)
    {
        agent.Signs.Add(clock.GetUtcNow());
        var settles = new List<Settle>(drafts.Count);
        foreach (var draft in drafts)
        {
            if (draft.Problem is null)
            {
                settles.Add(new Settle(draft.Verb, project.Number, agent.Number, EntryId.SeqOf(draft.MessageId), draft.Delivery, draft.Lease)
                {
                    MessageId = draft.MessageId,
                    Delay = draft.Delay,
                    Reason = draft.Reason,
                    Extension = draft.Extension,
                    Evidence = draft.Evidence,
                });
            }
        }

        var settled = settles.Count == 0 ? [] : await store.SettleAsync(settles, resume, isDeferred);
        var problems = new ApiProblem?[drafts.Count];
        var refused = false;
        for (int i = 0, next = 0; i < problems.Length; i++)
        {
            problems[i] = drafts[i].Problem ?? ProblemOf(settled[next++], drafts[i]);
            refused |= drafts[i].Verb == SettleVerb.Nack && problems[i] is null;
        }

        // A delivery by capability that its agent refuses goes to another agent with the capability.
        if (refused)
        {
            await Task.Yield(); // Do not continue on the store's thread.
            await mover.MoveRefusedAsync(project, agent);
            await deaths.LookAsync(CancellationToken.None);
        }

        return problems;
    }

    private static ApiProblem? ProblemOf(Settlement settlement, in SettleDraft draft) => settlement switch
    {
        Settlement.Settled => null,
        Settlement.NotFound => Problems.NotFound("message", draft.MessageId.ToString()),
        Settlement.LeaseLost => Problems.LeaseLost(draft.MessageId.ToString()),
        var unknown => throw new System.Diagnostics.UnreachableException($"No answer for settlement '{unknown}'."),
    };
}
