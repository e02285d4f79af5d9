using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Sends a message and waits for its first reply.</summary>
internal sealed class Requests(
    Mailbox mailbox, IDeliveryStore store, LeaseReturns returns, IMessageHistory history, PendingRequests pending, Stopping stopping, TimeProvider clock)
{
    /// <summary>Sends a request. When this returns, the send is accepted in order; await the result for the rest.</summary>
    internal async ValueTask<RunningRequest> BeginAsync(ProjectState project, Sender sender, SendDraft draft, Caller caller, CancellationToken cancellationToken)
    {
        var waiter = pending.Begin(sender.Number, unwanted => _ = returns.ReleaseAsync(sender.Number, unwanted));
        draft.NeedsSomebody = true;
        if (draft.Intent == Intent.Inform)
            draft.Intent = Intent.Request;
        var sends = await mailbox.SubmitAsync(project, sender, [draft], waiter.Bind, cancellationToken);
        return new RunningRequest(store, history, project, sender, caller, sends, waiter, TimeSpan.FromSeconds(Math.Clamp(draft.TimeoutSeconds, 0, SendRules.LongestTimeout)), stopping, clock);
    }
}

/// <summary>A request in progress.</summary>
internal sealed class RunningRequest(
    IDeliveryStore store, IMessageHistory history, ProjectState project, Sender sender, Caller caller, PendingSends sends, PendingRequests.Waiter waiter, TimeSpan timeout, Stopping stopping, TimeProvider clock)
    : IDisposable
{
    private Guid _messageId;

    /// <summary>The result of storing the request itself.</summary>
    internal async ValueTask<SendReply> StoredAsync(CancellationToken cancellationToken)
    {
        var reply = (await sends.DoneAsync())[0];
        _messageId = reply.Outcome?.MessageId ?? default;
        // The same request again, with its key: the first caller may be gone, so this one waits now.
        if (reply.Outcome is { Result: SendResult.Duplicate } again)
        {
            waiter.Bind(again.Seq);
            await HearAgainAsync(again.Seq, cancellationToken);
        }

        // If it was stored only for the history, nobody has it and nobody can reply.
        return reply.Outcome is { Result: SendResult.Stored } stored && stored.Recipients.All(recipient => recipient.Result == RecipientResult.Full)
            ? reply with { Problem = Problems.AllMailboxesFull() }
            : reply;
    }

    /// <summary>A reply that already exists will not be sent again, and the first caller may never have received it.</summary>
    private async ValueTask HearAgainAsync(long seq, CancellationToken cancellationToken)
    {
        var replies = await history.RepliesAsync(project.Number, seq, cancellationToken);
        if (replies.FirstOrDefault(one => one.Audience < Audience.Withheld && one.Recipients.Contains(sender.Number)) is { } first)
            waiter.Deliver(new ClaimedDelivery(0, first.Seq, Attempt: 1, Lease: 0, LeaseUntil: 0, first.Json));
    }

    /// <summary>The JSON of the answer, or a refusal if there was no reply in time.</summary>
    internal async ValueTask<Result<byte[]>> AnswerAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token, caller.Ended);
        ClaimedDelivery reply;
        try
        {
            reply = await waiter.Reply.WaitAsync(timeout, clock, ending.Token);
        }
        catch (TimeoutException)
        {
            return Problems.RequestTimeout(_messageId.ToString(), timeout);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return caller.Ended.IsCancellationRequested ? Problems.TokenEnded() : Problems.Stopping();
        }

        // The caller is gone or no longer allowed to ask. The reply, which nobody took, becomes an ordinary message.
        cancellationToken.ThrowIfCancellationRequested();
        if (caller.Ended.IsCancellationRequested)
            return Problems.TokenEnded();
        waiter.Take();

        // The answer is the reply's delivery. It is settled in the next commit, and the answer does not wait for that.
        _ = store.SettleAsync([new Settle(SettleVerb.Ack, project.Number, sender.Number, reply.Seq, reply.Delivery, reply.Lease)
        {
            MessageId = MessageJsonReader.Id(reply.Json),
        }]);
        return Json(reply.Json);
    }

    public void Dispose() => waiter.Dispose();

    private static byte[] Json(byte[] reply)
    {
        var status = MessageJsonReader.Outcome(reply) == Outcome.Error ? "error"u8 : "success"u8;
        return [.. "{\"status\":\""u8, .. status, .. "\",\"reply\":"u8, .. reply, (byte)'}'];
    }
}
