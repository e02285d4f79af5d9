using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Routing;
using Parley.Server.Schemas;
using Parley.Server.Security;
using Parley.Server.Storage;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Puts messages into mailboxes: checks them, resolves addresses, applies limits, and passes them to the store.</summary>
internal sealed partial class Mailbox(
    SendStoring storing, MessageRouting routing, MessageAccess access, SchemaDirectory schemas, RateLimiter<(int Project, string Caller)> limiter,
    IEnumerable<IReplyTaker> replyTakers, IStormBreaker storms, TimeProvider clock)
{
    private readonly IReplyTaker[] _replyTakers = [.. replyTakers];

    /// <summary>Completes when more may be sent. Callers that do not wait for answers await this.</summary>
    internal ValueTask RoomAsync(CancellationToken cancellationToken) => storing.RoomAsync(cancellationToken);

    /// <summary>Sends. When this returns, the sends are accepted in order; <see cref="PendingSends.Done"/> completes when they are on disk.</summary>
    /// <remarks>Drafts are views of the caller's buffer, which may be reused once this returns.</remarks>
    internal ValueTask<PendingSends> SubmitAsync(
        ProjectState project, Sender sender, IReadOnlyList<SendDraft> drafts, Action<long>? onStored, CancellationToken cancellationToken,
        Resume resume = Resume.OnPool)
    {
        var results = new SendReply[drafts.Count];
        if (sender.Authority != Authority.System &&
            !limiter.TryTake((project.Number, sender.Caller), drafts.Count, project.Settings.RatePerSecond, project.Settings.RateBurst, out var retryAfter))
        {
            var problem = Problems.RateLimited(retryAfter);
            Array.Fill(results, new SendReply(problem, null, null));
            return new(new PendingSends(results, []) { IsRateLimited = true });
        }

        sender.Agent?.Signs.Add(clock.GetUtcNow());
        var sends = new List<Send>(drafts.Count);
        for (var i = 0; i < drafts.Count; i++)
        {
            var preparing = PrepareAsync(project, sender, drafts[i], onStored, cancellationToken);
            if (!preparing.IsCompletedSuccessfully)
                return SlowAsync(i, preparing);
            Take(i, preparing.Result);
        }

        return new(Pending());

        async ValueTask<PendingSends> SlowAsync(int from, ValueTask<Result<Send>> preparing)
        {
            Take(from, await preparing);
            for (var i = from + 1; i < drafts.Count; i++)
                Take(i, await PrepareAsync(project, sender, drafts[i], onStored, cancellationToken));
            return Pending();
        }

        void Take(int i, Result<Send> prepared)
        {
            var isGood = prepared.TryGet(out var send, out var problem);
            results[i] = new SendReply(problem, send, null);
            if (isGood)
                sends.Add(send!);
        }

        PendingSends Pending() => new(results, sends.Count == 0 ? [] : sends, sends.Count == 0 ? null : storing.StoreAsync(sends, resume));
    }

    /// <summary>Sends one message and waits until it is on disk.</summary>
    internal async ValueTask<SendReply> SendAsync(
        ProjectState project, Sender sender, SendDraft draft, Action<long>? onStored, CancellationToken cancellationToken)
    {
        var pending = await SubmitAsync(project, sender, [draft], onStored, cancellationToken);
        return (await pending.DoneAsync())[0];
    }

    private ValueTask<Result<Send>> PrepareAsync(
        ProjectState project, Sender sender, SendDraft draft, Action<long>? onStored, CancellationToken cancellationToken)
    {
        // A reply without an address goes to the sender of the message that it answers.
        if (SendRules.Check(draft, sender.Authority == Authority.System ? int.MaxValue : project.Settings.MaxMessageBytes) is { } bad)
            return new(bad);
        if (sender.Authority != Authority.System && schemas.Of(project.Number, draft.Type)?.Refusal(draft.Type, draft.Payload) is { } unfit)
            return new(unfit);
        var isPlain = (draft.ReplyTo ?? draft.Thread ?? draft.Supersedes ?? draft.Execution) is null && draft.Type != MessageRouting.HumanIntervention;
        var effect = isPlain ? routing.EffectOn(project, sender, draft) : null;
        if (isPlain && effect is null && Addressing.Direct(project, draft.To) is { } direct)
            return new(Finish(project, sender, draft, direct, SendContext.None, onStored));

        return SlowAsync(isPlain, effect);

        async ValueTask<Result<Send>> SlowAsync(bool isPlain, RuleEffect? effect)
        {
            var isAddressed = draft.To.Count > 0;
            if (!(await ContextAsync(project, sender, draft, cancellationToken)).TryGet(out var context, out var problem))
                return problem;
            MessageRouting.AddPeople(draft, sender);
            if (!isPlain)
                effect = routing.EffectOn(project, sender, draft);
            if (!(await routing.ResolveAsync(project, sender, draft, effect, onlyLook: false, cancellationToken)).TryGet(out var recipients, out problem))
                return problem;

            if (draft.NeedsSomebody && recipients.Agents.Count == 0)
                return Problems.NobodyToReply(draft.To);
            if (draft.Outcome is not null && context.Answered is { } answered)
            {
                foreach (var taker in _replyTakers)
                {
                    if (taker.Takes(answered.Type) && await taker.TakeAsync(project, sender, answered, draft, cancellationToken) is { } refusal)
                        return refusal;
                }
            }

            var companion = isPlain ? null : await storing.JoinAsync(project, sender, draft, context.Answered, isAddressed, cancellationToken);
            if (companion is not null)
            {
                // The same send must have the same fingerprint, whether or not it comes with a change.
                if (draft.IdempotencyKey is not null)
                    draft.Print ??= SendFingerprint.Of(draft, sender.Id);
                return Join(Finish(project, sender, draft, recipients, context, onStored), companion, draft, context);
            }

            var storm = context.Answered is { } reached ? await storms.HoldingAsync(project, sender, reached, draft, recipients, cancellationToken) : 0;
            return Finish(project, sender, draft, recipients, storm == 0 ? context : context with { HeldUntil = StormEnd.Of(storm) }, onStored);
        }
    }

    /// <summary>A message of an agent that is stored in the same commit as another change. What comes from the agent is checked as in any send.</summary>
    internal async ValueTask<Result<Send>> ComposeAsync(
        ProjectState project, Sender sender, SendDraft draft, AgentState recipient, CancellationToken cancellationToken)
    {
        if (!limiter.TryTake((project.Number, sender.Caller), 1, project.Settings.RatePerSecond, project.Settings.RateBurst, out var retryAfter))
            return Problems.RateLimited(retryAfter);
        if (SendRules.Check(draft, project.Settings.MaxMessageBytes) is { } bad)
            return bad;
        if (!(await ContextAsync(project, sender, draft, cancellationToken)).TryGet(out var context, out var problem))
            return problem;
        return Finish(project, sender, draft, To(recipient), context, null);
    }

    /// <summary>A message that is stored in the same commit as another change, and is otherwise sent like any other.</summary>
    internal ValueTask<Result<Send>> ComposeAsync(ProjectState project, Sender sender, SendDraft draft, CancellationToken cancellationToken)
    {
        if (!limiter.TryTake((project.Number, sender.Caller), 1, project.Settings.RatePerSecond, project.Settings.RateBurst, out var retryAfter))
            return new(Problems.RateLimited(retryAfter));
        sender.Agent?.Signs.Add(clock.GetUtcNow());
        return PrepareAsync(project, sender, draft, onStored: null, cancellationToken);
    }

    /// <summary>Why a budget does not allow a message that could not be stored with a change; null if budgets allow it.</summary>
    internal async ValueTask<ApiProblem?> OverBudgetAsync(Send send, CancellationToken cancellationToken) =>
        await storing.OverBudgetAsync(send, cancellationToken) is { } refusal ? SendRules.OverBudget(refusal, send.Bytes) : null;

    /// <summary>A message that is stored in the same commit as another change. No part of it comes from a client, so nothing is checked.</summary>
    /// <param name="thread">The entry that opened its thread; null if it opens one itself.</param>
    internal static Send Compose(ProjectState project, Sender sender, SendDraft draft, AgentState recipient, Guid? thread) => Finish(
        project, sender, draft, To(recipient),
        SendContext.None with
        {
            Thread = thread,
            ReplyTo = draft.ReplyTo is { } answered ? EntryId.SeqOf(answered) : 0,
            Execution = draft.Execution is { } execution ? EntryId.SeqOf(execution) : 0,
        },
        null, isPastBudgets: true);

    private static Recipients To(params IReadOnlyList<AgentState> recipients) => new(recipients, Audience.Named, IsDirect: recipients.Count == 1, null, null);

    /// <param name="plain">The message without the change.</param>
    private static Send Join(Send plain, SendCompanion companion, SendDraft draft, SendContext context)
    {
        companion.Shape?.Invoke(draft);
        var recipients = companion.Recipients is { } named ? To(named) : plain.Recipients;
        var send = Finish(plain.Project, plain.Sender, draft, recipients, context, plain.OnStored);
        send.Joint = new JointSend(companion, plain);
        return send;
    }

    private static Send Finish(
        ProjectState project, Sender sender, SendDraft draft, Recipients recipients, SendContext context, Action<long>? onStored, bool isPastBudgets = false)
    {
        var hops = sender.Authority == Authority.Agent ? context.Hops : 0;
        return new Send
        {
            Project = project,
            Sender = sender,
            Recipients = recipients,
            Body = MessageJson.Body(draft, project.Id, sender, recipients, hops, draft.ReplyTo),
            Type = draft.Type,
            Priority = draft.Priority,
            Intent = draft.Intent,
            Surface = draft.Surface,
            KeepsLimits = draft.KeepsLimits,
            PassesLimits = draft.PassesLimits,
            Bytes = draft.Bytes,
            IsPastBudgets = isPastBudgets || sender.Authority != Authority.Agent,
            TimeToLive = draft.TtlSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : project.Settings.MessageTtl,
            DeliverAt = context.HeldUntil ?? draft.DeliverAt?.ToUnixTimeMilliseconds(),
            Thread = context.Thread,
            ReplyTo = context.ReplyTo,
            Settles = sender.Agent is not null && sender.Authority != Authority.System && draft.Settles,
            Supersedes = context.Supersedes,
            Execution = context.Execution,
            ExecutionId = draft.Execution,
            Hops = hops,
            TaskId = draft.TaskId,
            IdempotencyKey = draft.IdempotencyKey,
            Fingerprint = draft.IdempotencyKey is null ? 0 : draft.Print ?? SendFingerprint.Of(draft, sender.Id),
            OnStored = onStored,
        };
    }

    /// <summary>What a send refers to, if it exists and the sender may read it.</summary>
    private async ValueTask<Result<SendContext>> ContextAsync(
        ProjectState project, Sender sender, SendDraft draft, CancellationToken cancellationToken)
    {
        var context = SendContext.None;
        var reader = sender is { Agent: { } agent, Authority: Authority.Agent } ? new Reader(agent.Number, agent.Record.JoinedSeq) : null;
        if (draft.ReplyTo is { } replyTo)
        {
            if (await access.FindAsync(project, replyTo, reader, cancellationToken) is not { } answered)
                return Problems.NotFound("message", replyTo.ToString());
            context = context with { Answered = answered, ReplyTo = answered.Seq, Hops = answered.Hops + 1, Thread = MessageJsonReader.Ids(answered.Json).Thread };
            if (draft.To.Count == 0 && IsForNobody(answered, draft))
            {
                draft.ToIsArray = true;
            }
            else if (draft.To.Count == 0)
            {
                // Messages from the server and from outside are set up by people, so people get the replies.
                if (answered.Sender == 0)
                    draft.To.Add(AgentDirectory.Human);
                else if (project.Agents.Find(answered.Sender) is { } author)
                    draft.To.Add(author.Id);
                else
                    return Problems.InvalidField("to", "is missing, and the sender of that message no longer exists, so name a recipient");
            }
        }

        if (draft.Thread is { } thread && thread != context.Thread)
        {
            if (await access.FindThreadAsync(project, thread, reader, cancellationToken) is null)
                return Problems.NotFound("thread", thread.ToString());
            context = context with { Thread = thread };
        }

        if (draft.Supersedes is { } superseded)
        {
            if (await access.FindAsync(project, superseded, reader, cancellationToken) is not { } old)
                return Problems.NotFound("message", superseded.ToString());
            if (reader is not null && old.Sender != reader.Agent)
                return Problems.Forbidden("Only the sender of a message may supersede it.");
            context = context with { Supersedes = old.Seq };
        }

        if (draft.Execution is { } execution)
        {
            if (await access.FindEntryAsync(project, execution, cancellationToken) is not { Kind: EntryKind.Execution } run)
                return Problems.NotFound("execution", execution.ToString());
            context = context with { Execution = run.Seq };
        }

        return context;
    }

    private bool IsForNobody(LogEntry answered, SendDraft reply) =>
        answered.Sender == 0 && reply.Outcome is not null && Array.Exists(_replyTakers, taker => taker.Takes(answered.Type) && taker.IsForNobody(reply));

    private sealed record SendContext(Guid? Thread, long ReplyTo, long Supersedes, long Execution, int Hops)
    {
        internal static SendContext None { get; } = new(null, 0, 0, 0, 0);

        /// <summary>The message that this send replies to.</summary>
        internal LogEntry? Answered { get; init; }

        /// <summary>If a storm holds it.</summary>
        internal long? HeldUntil { get; init; }
    }
}

/// <summary>The result of one send: a problem, or an outcome of the store.</summary>
internal sealed record SendReply(ApiProblem? Problem, Send? Send, SendOutcome? Outcome);

/// <summary>Sends that are accepted in order but not yet on disk.</summary>
internal sealed class PendingSends(SendReply[] replies, IReadOnlyList<Send> sends, Task<IReadOnlyList<SendOutcome>>? storing = null)
{
    /// <summary>All of them are refused because the sender exceeds its rate limit.</summary>
    internal bool IsRateLimited { get; init; }

    /// <summary>One reply per draft, in order.</summary>
    /// <exception cref="Storage.StorageUnavailableException">The store refused all of them.</exception>
    internal async ValueTask<IReadOnlyList<SendReply>> DoneAsync()
    {
        if (storing is null)
            return replies;
        var stored = await storing;
        for (int i = 0, next = 0; i < replies.Length; i++)
        {
            if (next < sends.Count && ReferenceEquals(replies[i].Send, sends[next]))
                replies[i] = SendRules.Reply(sends[next].Joint?.Stored ?? sends[next], stored[next++]);
        }

        return replies;
    }
}
