using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Routing;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

internal sealed partial class Mailbox
{
    /// <summary>Checks and addresses a send like any other, without taking a capability's turn, ending a task, or opening a storm, which are effects of
    /// the send itself. It counts against the rate limit, because it costs about the same.</summary>
    /// <returns>What would be stored.</returns>
    internal async ValueTask<Result<Send>> PreviewAsync(ProjectState project, Sender sender, SendDraft draft, CancellationToken cancellationToken)
    {
        if (!limiter.TryTake((project.Number, sender.Caller), 1, project.Settings.RatePerSecond, project.Settings.RateBurst, out var retryAfter))
            return Problems.RateLimited(retryAfter);
        if (SendRules.Check(draft, project.Settings.MaxMessageBytes) is { } bad)
            return bad;
        if (schemas.Of(project.Number, draft.Type)?.Refusal(draft.Type, draft.Payload) is { } unfit)
            return unfit;
        var isAddressed = draft.To.Count > 0;
        if (!(await ContextAsync(project, sender, draft, cancellationToken)).TryGet(out var context, out var problem))
            return problem;

        MessageRouting.AddPeople(draft, sender);
        var effect = routing.EffectOn(project, sender, draft);
        if (!(await routing.ResolveAsync(project, sender, draft, effect, onlyLook: true, cancellationToken)).TryGet(out var recipients, out problem))
            return problem;
        if (draft.NeedsSomebody && recipients.Agents.Count == 0)
            return Problems.NobodyToReply(draft.To);

        var send = Finish(project, sender, draft, recipients, context, onStored: null);
        if (await storing.JoinAsync(project, sender, draft, context.Answered, isAddressed, cancellationToken) is { } companion)
            return Join(send, companion, draft, context);
        var storm = context.Answered is { } answered ? storms.OpenFor(project, sender, answered, draft, recipients) : 0;
        return storm == 0 ? send : Finish(project, sender, draft, recipients, context with { HeldUntil = StormEnd.Of(storm) }, onStored: null);
    }
}
