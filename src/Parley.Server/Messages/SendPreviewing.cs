using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Routing;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Says what a send would do, without doing any of it.</summary>
internal sealed class SendPreviewing(Mailbox mailbox, SendStoring storing, IMailboxCounts mailboxes, ILogStore log)
{
    /// <summary>As many as the answer to a send has.</summary>
    private const int MostDeliveries = 100;

    internal async ValueTask<Result<SendPreview>> RunAsync(ProjectState project, Sender sender, SendDraft draft, CancellationToken cancellationToken)
    {
        if (!(await mailbox.PreviewAsync(project, sender, draft, cancellationToken)).TryGet(out var send, out var problem))
            return problem;
        // In the order in which a store refuses them.
        if (await storing.OverBudgetAsync(send, cancellationToken, onlyLook: true) is { } refusal)
            return SendRules.OverBudget(refusal, send.Bytes);
        if (send.Execution != 0 && await log.CompletionAsync(project.Number, send.Execution, cancellationToken) is not null)
            return Problems.ExecutionEnded(send.ExecutionId?.ToString() ?? "");

        var recipients = send.Recipients;
        var deliveries = new List<DeliveryOutlook>();
        foreach (var agent in recipients.Agents.Take(MostDeliveries))
        {
            var waiting = await mailboxes.WaitingAsync(agent.Number, cancellationToken);
            var outlook = Delivery(agent, send, waiting);
            if (send.IsPastLimits || waiting.Sum() < project.Settings.MailboxLimit)
                deliveries.Add(outlook);
            else if (recipients.IsDirect)
                return Problems.MailboxFull(agent.Id, project.Settings.MailboxLimit);
            else
                deliveries.Add(outlook with { Ahead = 0, Outlook = null, Refused = ErrorCodes.MailboxFull });
        }

        return new SendPreview
        {
            To = [.. draft.To],
            Priority = draft.Priority,
            Routing = RuleLine.Shown(recipients.Routing?.Split('\n') ?? []),
            Deliveries = deliveries,
            DeliveriesTotal = recipients.Agents.Count,
        };
    }

    /// <param name="waiting">What is in the mailbox, by priority.</param>
    private static DeliveryOutlook Delivery(AgentState agent, Send send, IReadOnlyList<int> waiting)
    {
        var isTaken = agent.IsOnline && !agent.IsPaused(send.Project) && agent.Presence.Takes(send.Type, send.Priority, send.Sender.Number);
        var result = send.IsHeld ? RecipientResult.Held
            : send.DeliverAt is not null ? RecipientResult.Scheduled
            : isTaken && waiting.Sum() == 0 ? RecipientResult.Pushed
            : RecipientResult.Queued;
        return new DeliveryOutlook
        {
            AgentId = agent.Id,
            Status = agent.Presence.Status,
            Activity = agent.Activity,
            Ahead = waiting.Skip((int)send.Priority).Sum(),
            Outlook = SendOutlook.Of(send, result, agent),
        };
    }
}
