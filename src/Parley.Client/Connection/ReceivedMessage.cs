using Parley.Protocol;

namespace Parley.Client;

/// <summary>A message that came over the connection, leased to this agent until it is settled or <see cref="LeaseUntil"/> has passed.</summary>
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

    /// <summary>The id of this agent's delivery of it, as traces and dead letters name it.</summary>
    public string DeliveryId { get; }

    /// <summary>1 the first time; more when it was given back or its lease lapsed.</summary>
    public int Attempt { get; }

    /// <summary>Null with <see cref="ParleyOptions.AutoAck"/>.</summary>
    public string? LeaseId { get; }

    /// <summary>When it comes again unless it is settled or extended; as of its arrival, later extensions are not in it. Null with <see cref="ParleyOptions.AutoAck"/>.</summary>
    public DateTimeOffset? LeaseUntil { get; }

    /// <summary>The message's text; null where it has a payload alone.</summary>
    public string? Content => Message.Content;

    /// <summary>Which of the agent's connections, by their order, brought it.</summary>
    internal int Session { get; }

    /// <summary>Whether somebody has acknowledged it or given it back.</summary>
    internal bool IsSettled { get; set; }

    /// <summary>Done, with the problem where there was one, when the acknowledgement is answered; null while nobody asks.</summary>
    internal TaskCompletionSource<Problem?>? Settled { get; private set; }

    /// <summary>Whether somebody waits for the acknowledgement and is told a refusal by it.</summary>
    internal bool IsAwaited { get; set; }

    internal Task<Problem?> WhenSettled() => (Settled ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Says that the message is dealt with. It is queued to be sent at once, and the call does not wait: should it be lost, the
    /// message comes again, and a refusal is told by <see cref="ParleyAgent.SettlementFailed"/>.</summary>
    /// <param name="confirm">Wait for the server to say that it is stored, and throw its refusal.</param>
    public Task AckAsync(bool confirm = false, CancellationToken cancellationToken = default) => _agent.AckAsync(this, confirm, cancellationToken);

    /// <summary>Gives the message back. It comes again after <paramref name="delay"/> (the project's retry delay if absent), to this agent or
    /// to another connection of it, until its attempts are used up.</summary>
    public Task NackAsync(TimeSpan? delay = null, string? reason = null, CancellationToken cancellationToken = default) =>
        _agent.NackAsync(this, delay, reason, cancellationToken);

    /// <summary>Keeps the message for so long from now on.</summary>
    public Task ExtendAsync(TimeSpan lease, CancellationToken cancellationToken = default) => _agent.ExtendAsync(this, lease, cancellationToken);

    /// <summary>Says that the message has been put before the model.</summary>
    public Task SurfacedAsync(CancellationToken cancellationToken = default) => _agent.SurfacedAsync(this, cancellationToken);

    /// <summary>Answers its sender, in its thread. Does not settle it.</summary>
    public Task<SendAnswer> ReplyAsync(string content, Outcome? outcome = null, CancellationToken cancellationToken = default) =>
        _agent.ReplyAsync(Message.MessageId, new SendRequest { Content = content, Outcome = outcome }, cancellationToken);

    /// <inheritdoc cref="ReplyAsync(string, Outcome?, CancellationToken)"/>
    public Task<SendAnswer> ReplyAsync(SendRequest reply, CancellationToken cancellationToken = default) =>
        _agent.ReplyAsync(Message.MessageId, reply, cancellationToken);
}
