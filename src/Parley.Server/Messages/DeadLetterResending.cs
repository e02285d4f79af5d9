using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Sends the message of a dead letter anew, perhaps changed. The new message is stored and the dead letter leaves the pile, or neither.</summary>
internal sealed class DeadLetterResending(IDeliveryHistory history, ILogStore log, SenderResolver senders, Mailbox mailbox, SendStoring storing)
{
    internal async ValueTask<Result<SendReply>> ResendAsync(
        ProjectState project, Caller caller, string id, ResendRequest changes, CancellationToken cancellationToken)
    {
        if (!DeadLettersConcept.TryNumber(id, out var delivery) ||
            await history.DeadLettersAsync(new DeadLetterSelection(project.Number) { Deliveries = [delivery] }, long.MaxValue, 1, cancellationToken) is not [var dead])
        {
            return Problems.NotFound("dead letter", id);
        }

        var message = MessageJsonReader.Message(dead.Message);
        if (message.Deleted)
            return Problems.Conflict("The message of this dead letter was deleted, so there is nothing to send anew: purge the dead letter.");
        var hasEnded = dead.Message.Execution != 0 && await log.CompletionAsync(project.Number, dead.Message.Execution, cancellationToken) is not null;
        var json = JsonSerializer.SerializeToUtf8Bytes(
            Changed(message, project.Agents.Find(dead.Delivery.Agent)?.Id ?? "", hasEnded, changes), WireJson.Strict.SendRequest);
        if (SendReader.Read(json, SendShape.Plain) is not { } draft)
            return SendDiagnosis.Explain(json, SendShape.Plain);

        if (!(await senders.FindAsync(caller, project, draft.SenderId, session: null, cancellationToken)).TryGet(out var sender, out var problem))
            return problem;
        if (!(await mailbox.ComposeAsync(project, sender, draft, cancellationToken)).TryGet(out var send, out problem))
            return problem;
        var outcome = await storing.ReplaceAsync(send, delivery, cancellationToken);
        return outcome.Result switch
        {
            TransitionResult.Applied => new SendReply(null, send, (SendOutcome)outcome.Sent[0]),
            TransitionResult.MessageRefused => await RefusalAsync(send, cancellationToken),
            _ => Problems.NotFound("dead letter", id),
        };
    }

    /// <summary>Why the store did not take the message, which is how things are a moment later.</summary>
    private async ValueTask<ApiProblem> RefusalAsync(Send send, CancellationToken cancellationToken)
    {
        if (await mailbox.OverBudgetAsync(send, cancellationToken) is { } overBudget)
            return overBudget;
        return send.Execution != 0 && await log.CompletionAsync(send.Project.Number, send.Execution, cancellationToken) is not null
            ? Problems.ExecutionEnded(send.ExecutionId?.ToString() ?? "")
            : Problems.MailboxFull(send.Recipients.Agents[0].Id, send.Project.Settings.MailboxLimit);
    }

    /// <summary>The send that the message came from, as far as it is known, with what differs.</summary>
    /// <remarks>It is not a reply, even if the message was one: a reply means something to whoever waits for it, and comes from whoever was asked.</remarks>
    private static SendRequest Changed(Message message, string agent, bool executionHasEnded, ResendRequest changes) => new()
    {
        To = changes.To ?? [agent],
        MessageType = changes.MessageType ?? message.MessageType,
        Content = changes.Content ?? message.Content,
        Payload = changes.Payload ?? message.Payload,
        Priority = changes.Priority ?? message.Priority,
        Intent = changes.Intent ?? message.Intent,
        // Another priority usually means another surface.
        Surface = changes.Surface ?? (changes.Priority is null ? message.Surface : null),
        Metadata = changes.Metadata ?? message.Metadata,
        TtlSeconds = changes.TtlSeconds,
        DeliverAt = changes.DeliverAt,
        ConversationThreadId = changes.ConversationThreadId ?? message.ConversationThreadId,
        TaskId = changes.TaskId ?? message.TaskId,
        ExecutionId = changes.ExecutionId ?? (executionHasEnded ? null : message.ExecutionId),
        SenderId = changes.SenderId,
    };
}
