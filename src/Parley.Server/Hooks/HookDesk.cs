using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Wakes;

namespace Parley.Server.Hooks;

/// <summary>Answers the hooks of harnesses: gives what waits at the moments where a model reads it, and settles it once there is proof that it
/// did.</summary>
internal sealed class HookDesk(IDeliveryStore store, LeaseReturns returns, Settling settling, AgentDirectory agents, WakeBoard wakes, TimeProvider clock)
{
    /// <summary>How long a text may stay without proof. Models think for minutes between two moments, and each moment extends the leases.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    /// <summary>How many waiting messages are looked at to find those that may be given.</summary>
    private const int MostLookedAt = 200;

    /// <summary>By agent. They go with the project.</summary>
    private readonly ConditionalWeakTable<ProjectState, ConcurrentDictionary<int, HookSession>> _sessions = [];

    internal async ValueTask<HookAnswer> AnswerAsync(ProjectState project, AgentState agent, Harness harness, HookEvent what, CancellationToken cancellationToken)
    {
        if (what.IsOfSubagent || what.Moment == HookMoment.Other)
        {
            await agents.SeenAsync(project, agent, cancellationToken);
            return HookAnswer.Nothing;
        }

        var session = SessionOf(project, agent);
        await session.Gate.WaitAsync(cancellationToken);
        try
        {
            if (!await EnterAsync(project, session, what))
                return ToSuperseded(agent, what);
            if (HookRules.BreaksTurn(what))
                session.EndTurn();
            var activity = HookRules.Activity(session, what);
            if (harness.SubagentTool is { } tool && session.IsInSubagent(what, tool))
            {
                await ReportAsync(project, agent, activity, cancellationToken);
                await ExtendAsync(project, agent, session);
                return HookAnswer.Nothing;
            }

            await ProveAsync(project, agent, session, what.Moment);
            if (activity == AgentActivity.Idle)
                session.EndTurn();
            var begins = what.Moment == HookMoment.Prompt && !session.IsOfTurn(what);
            if (begins)
            {
                session.BeginTurn(what.Turn);
                await GiveBackAsync(project, session, HookRules.Missed(session.Given, session.Turn));
            }
            else if (what.Moment == HookMoment.SessionEnd)
            {
                await GiveBackAsync(project, session, [.. session.Given]);
            }

            agent.Reach.Harness = what.Moment == HookMoment.SessionEnd ? null : session.Named(harness.Name);
            if (what.Moment == HookMoment.Prompt)
                wakes.TurnBegan(project, agent, what.Prompt);
            await ExtendAsync(project, agent, session);
            var answer = await GiveAsync(project, agent, harness, session, what, cancellationToken);
            if (answer.Verb == HookVerb.Refuse && what.Tool == harness.SubagentTool)
                session.LeaveSubagent();
            var stops = answer.Verb == HookVerb.Block && begins;
            if (stops)
                session.EndTurn();
            // Told after the answer is known: a turn that it stops never begins, and one whose end it puts off goes on.
            await ReportAsync(project, agent, stops ? AgentActivity.Idle : session.IsInTurn && activity == AgentActivity.Idle ? AgentActivity.Working : activity, cancellationToken);
            if (stops || (answer.Verb == HookVerb.Nothing && what.Moment is HookMoment.TurnEnd or HookMoment.TurnFailed))
                wakes.TurnEnded(project, agent);
            if (what.Moment == HookMoment.SessionEnd)
                session.Leave();
            return answer;
        }
        finally
        {
            session.Gate.Release();
        }
    }

    /// <summary>Gives back what was given with an answer that did not reach the harness.</summary>
    internal async Task UnansweredAsync(ProjectState project, AgentState agent, HookAnswer answer)
    {
        var session = SessionOf(project, agent);
        await session.Gate.WaitAsync();
        try
        {
            await GiveBackAsync(project, session, [.. session.Given.Where(one => answer.Given.Any(one.IsSame))]);
        }
        finally
        {
            session.Gate.Release();
        }
    }

    /// <summary>A session that a newer one has superseded gets no mail, so a wake that reaches it is stopped.</summary>
    private static HookAnswer ToSuperseded(AgentState agent, HookEvent what) => what.Moment != HookMoment.Prompt ? HookAnswer.Nothing
        : WakeRules.IsText(what.Prompt) ? HookAnswer.Block(HookText.Superseded(agent.Id))
        : HookAnswer.Add(HookText.Superseded(agent.Id), []);

    private HookSession SessionOf(ProjectState project, AgentState agent) => _sessions.GetOrCreateValue(project).GetOrAdd(agent.Number, static _ => new HookSession());

    private async ValueTask ReportAsync(ProjectState project, AgentState agent, AgentActivity? activity, CancellationToken cancellationToken)
    {
        if (activity is not null)
            await agents.ReportAsync(project, agent, new StatusRequest { Activity = activity }, cancellationToken);
        else
            await agents.SeenAsync(project, agent, cancellationToken);
    }

    /// <summary>Makes the event's session the agent's current one, if it is not and may be.</summary>
    /// <returns>False for an event of a session that a newer one has superseded.</returns>
    private async ValueTask<bool> EnterAsync(ProjectState project, HookSession session, HookEvent what)
    {
        if (what.Session == session.Id)
            return true;
        if (what.Moment == HookMoment.SessionEnd || (what.Moment != HookMoment.SessionStart && session.IsSuperseded(what.Session)))
            return false;
        await GiveBackAsync(project, session, [.. session.Given]);
        session.Become(what.Session);
        return true;
    }

    private async ValueTask ProveAsync(ProjectState project, AgentState agent, HookSession session, HookMoment moment)
    {
        var proven = HookRules.Proven(session.Given, moment);
        if (proven.Count == 0)
            return;
        // What is refused was settled by somebody else in the meantime, or its lease has lapsed, and it will be given again.
        await SettleAsync(project, agent, proven, SettleVerb.Surfaced);
        await SettleAsync(project, agent, proven, SettleVerb.Ack);
        session.Given.RemoveAll(proven.Contains);
    }

    /// <summary>Extends the leases that are half over: an extension is a commit, and some harnesses call a hook for each tool.</summary>
    private async ValueTask ExtendAsync(ProjectState project, AgentState agent, HookSession session)
    {
        var now = clock.GetUtcNow();
        if (session.Given.TrueForAll(one => one.Claimed.LeaseUntil > (now + (Lease / 2)).ToUnixTimeMilliseconds()))
            return;
        await SettleAsync(project, agent, session.Given, SettleVerb.Extend);
        var until = (now + Lease).ToUnixTimeMilliseconds();
        var extended = session.Given.Select(one => one with { Claimed = one.Claimed with { LeaseUntil = until } }).ToList();
        session.Given.Clear();
        session.Given.AddRange(extended);
    }

    private async ValueTask SettleAsync(ProjectState project, AgentState agent, IReadOnlyList<GivenDelivery> given, SettleVerb verb) =>
        await settling.SettleAsync(project, agent, [.. given.Select(one => new SettleDraft(verb, one.MessageId, one.Claimed.Delivery, one.Claimed.Lease)
        {
            Extension = Lease,
            Evidence = SurfaceEvidence.NextEvent,
        })]);

    private async ValueTask GiveBackAsync(ProjectState project, HookSession session, IReadOnlyList<GivenDelivery> given)
    {
        if (given.Count == 0)
            return;
        await returns.ReturnAsync(project.Number, [.. given.Select(one => one.Claimed)]);
        session.Given.RemoveAll(given.Contains);
    }

    private async ValueTask<HookAnswer> GiveAsync(
        ProjectState project, AgentState agent, Harness harness, HookSession session, HookEvent what, CancellationToken cancellationToken)
    {
        if (!Takes(harness, session, what) || agent.IsPaused(project) || (what.Moment == HookMoment.TurnEnd && session.Continued >= harness.MostContinued))
            return HookAnswer.Nothing;

        var waiting = await store.PeekAsync(Order(project, agent, MostLookedAt), cancellationToken);
        var chosen = waiting.Where(one => HookRules.MayGive(MessageJsonReader.Surface(one.Json), what.Moment)).Take(HookText.MostMessages).Select(one => one.Delivery).ToList();
        var claimed = chosen.Count == 0 ? [] : await store.ClaimAsync(Order(project, agent, chosen.Count) with { Chosen = chosen });
        if (claimed.Count == 0)
            return what.Moment == HookMoment.Prompt && WakeRules.IsText(what.Prompt) ? HookAnswer.Block("Parley: the message that this session was woken for does not wait any more.") : HookAnswer.Nothing;

        var again = new HashSet<long>();
        var given = new List<GivenDelivery>(claimed.Count);
        foreach (var one in claimed)
        {
            var id = MessageJsonReader.Id(one.Json);
            if (session.Remember(id) || one.Attempt > 1)
                again.Add(one.Delivery);
            given.Add(new GivenDelivery(id, one with { Json = [] }, what.Moment, session.Turn));
        }

        session.Given.AddRange(given);
        var text = HookText.Of(agent.Id, claimed, one => again.Contains(one.Delivery), waiting.Count - claimed.Count, clock.GetUtcNow());
        if (what.Moment == HookMoment.TurnEnd)
            session.ContinueTurn(text);
        return what.Moment == HookMoment.BeforeTool ? HookAnswer.Refuse(HookText.NotRun(text), given) : HookAnswer.Add(text, given);
    }

    /// <summary>At the start of a session, no request follows before a prompt, which gives the mail as well: until then, it can wake the agent. When a session
    /// is compacted in the middle of a turn, it starts again, and a request follows.</summary>
    private static bool Takes(Harness harness, HookSession session, HookEvent what) =>
        (harness.Takes(what.Moment) && (what.Moment != HookMoment.SessionStart || session.IsInTurn)) || (what.MayRefuse && what.Moment == HookMoment.BeforeTool);

    private static ClaimOrder Order(ProjectState project, AgentState agent, int max) => new(project.Number, agent.Number, max, Lease, DeliveryFilter.Everything, null);
}
