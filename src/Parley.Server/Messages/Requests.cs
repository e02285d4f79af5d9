using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Sends that wait for their first reply.</summary>
internal sealed class Requests(
    Mailbox mailbox, IDeliveryStore store, LeaseReturns returns, IMessageHistory history, PendingRequests pending, Stopping stopping, TimeProvider clock)
{
    /// <summary>Sends a request. What returns is accepted in its order; the rest is awaited on it.</summary>
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

/// <summary>A request under way.</summary>
internal sealed class RunningRequest(
    IDeliveryStore store, IMessageHistory history, ProjectState project, Sender sender, Caller caller, PendingSends sends, PendingRequests.Waiter waiter, TimeSpan timeout, Stopping stopping, TimeProvider clock)
    : IDisposable
{
    private Guid _messageId;

    /// <summary>Whether the request itself was stored.</summary>
    internal async ValueTask<SendReply> StoredAsync(CancellationToken cancellationToken)
    {
        var reply = (await sends.DoneAsync())[0];
        _messageId = reply.Outcome?.MessageId ?? default;
        // The same request again, under its key: whoever asked first may be gone, so this one waits now.
        if (reply.Outcome is { Result: SendResult.Duplicate } again)
        {
            waiter.Bind(again.Seq);
            await HearAgainAsync(again.Seq, cancellationToken);
        }

        // Stored for the history alone: nobody has it to reply to.
        return reply.Outcome is { Result: SendResult.Stored } stored && stored.Recipients.All(recipient => recipient.Result == RecipientResult.Full)
            ? reply with { Problem = Problems.AllMailboxesFull() }
            : reply;
    }

    /// <summary>A reply that is there already nobody brings again, and whoever asked first may have lost it on its way.</summary>
    private async ValueTask HearAgainAsync(long seq, CancellationToken cancellationToken)
    {
        var replies = await history.RepliesAsync(project.Number, seq, cancellationToken);
        if (replies.FirstOrDefault(one => one.Audience < Audience.Withheld && one.Recipients.Contains(sender.Number)) is { } first)
            waiter.Deliver(new ClaimedDelivery(0, first.Seq, Attempt: 1, Lease: 0, LeaseUntil: 0, first.Json));
    }

    /// <summary>The answer's JSON; refused where there was none in time.</summary>
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

        // Whoever asked has gone, or may ask no more: the reply, which nobody took, is an ordinary message.
        cancellationToken.ThrowIfCancellationRequested();
        if (caller.Ended.IsCancellationRequested)
            return Problems.TokenEnded();
        waiter.Take();

        // The answer is the reply's delivery: settled in the next commit, for which the answer need not wait.
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
