using Parley.Protocol;

namespace Parley.Client;

/// <summary>A received message, leased to this agent until it is settled or <see cref="LeaseUntil"/> has passed.</summary>
public sealed class ReceivedMessage
{
    private readonly ParleyAgent _agent;

    internal ReceivedMessage(ParleyAgent agent, int session, Message message, string deliveryId, int attempt, string? leaseId, DateTimeOffset? leaseUntil)
    {
        _agent = agent;
        Session = session;
        Message = message;
        DeliveryId = deliveryId;
        Attempt = attempt;
        LeaseId = leaseId;
        LeaseUntil = leaseUntil;
    }

    /// <summary>The message, as every recipient gets it.</summary>
    public Message Message { get; }

    /// <summary>The id of this agent's delivery of the message, as in traces and dead letters.</summary>
    public string DeliveryId { get; }

    /// <summary>1 for the first delivery; higher if it was given back or its lease lapsed.</summary>
    public int Attempt { get; }

    /// <summary>Null with <see cref="ParleyOptions.AutoAck"/>.</summary>
    public string? LeaseId { get; }

    /// <summary>When the message is delivered again unless it is settled or extended. Does not include later extensions. Null with <see
    /// cref="ParleyOptions.AutoAck"/>.</summary>
    public DateTimeOffset? LeaseUntil { get; }

    /// <summary>The message's text; null if it has only a payload.</summary>
    public string? Content => Message.Content;

    /// <summary>The number of the agent's connection that delivered it.</summary>
    internal int Session { get; }

    /// <summary>Whether somebody has acknowledged it or given it back.</summary>
    internal bool IsSettled { get; set; }

    /// <summary>Completes when the acknowledgment is answered, with the problem if there was one; null while nobody waits.</summary>
    internal TaskCompletionSource<Problem?>? Settled { get; private set; }

    /// <summary>Whether somebody waits for the acknowledgment, and so learns of a refusal.</summary>
    internal bool IsAwaited { get; set; }

    internal Task<Problem?> WhenSettled() => (Settled ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Acknowledges the message as done. The acknowledgment is queued to be sent at once, and the call does not wait. If it is lost, the
    /// message is delivered again. <see cref="ParleyAgent.SettlementFailed"/> reports a refusal.</summary>
    /// <param name="confirm">Wait until the server has stored the acknowledgment, and throw if it refuses.</param>
    public Task AckAsync(bool confirm = false, CancellationToken cancellationToken = default) => _agent.AckAsync(this, confirm, cancellationToken);

    /// <summary>Gives the message back. It is delivered again after <paramref name="delay"/> (the project's retry delay if omitted), on this or
    /// another of the agent's connections, until its attempts are used up.</summary>
    public Task NackAsync(TimeSpan? delay = null, string? reason = null, CancellationToken cancellationToken = default) =>
        _agent.NackAsync(this, delay, reason, cancellationToken);

    /// <summary>Extends the lease: the message stays with this agent for this long from now.</summary>
    public Task ExtendAsync(TimeSpan lease, CancellationToken cancellationToken = default) => _agent.ExtendAsync(this, lease, cancellationToken);

    /// <summary>Reports that the message has been shown to the model.</summary>
    public Task SurfacedAsync(CancellationToken cancellationToken = default) => _agent.SurfacedAsync(this, cancellationToken);

    /// <summary>Replies to the sender, in the message's thread, and acknowledges the message: the server stores both in one commit. Acknowledging it
    /// again is harmless.</summary>
    public Task<SendAnswer> ReplyAsync(string content, Outcome? outcome = null, CancellationToken cancellationToken = default) =>
        ReplyAsync(new SendRequest { Content = content, Outcome = outcome }, cancellationToken);

    /// <summary>Replies to the sender, in the message's thread, and acknowledges the message, unless <see cref="SendRequest.Settle"/> is false or the
    /// intent is <see cref="Intent.Ack"/>: such a reply is for work that is still in progress.</summary>
    public async Task<SendAnswer> ReplyAsync(SendRequest reply, CancellationToken cancellationToken = default)
    {
        var answer = await _agent.ReplyAsync(Message.MessageId, reply, cancellationToken);
        IsSettled |= reply.Settle ?? reply.Intent != Intent.Ack;
        return answer;
    }
}
