using Parley.Protocol;

namespace Parley.Server.Mailboxes;

/// <summary>Where deliveries go when their agent is connected. Called by the store on its writing thread: never blocks.</summary>
internal interface IHandover : Agents.IMailboxWaker
{
    /// <summary>The caller that waits for the reply to a message of the agent. It gets the reply at once, even if the mailbox has deliveries waiting,
    /// is paused, or is full. Each caller is found once.</summary>
    /// <param name="replyTo">The seq of the message; 0: it is no reply.</param>
    IDeliveryHolder? TryAnswer(int agent, long replyTo);

    /// <summary>Whether <see cref="TryAnswer"/> would find somebody.</summary>
    bool IsAwaited(int agent, long replyTo);

    /// <summary>Room for one delivery in a connection of the agent that takes it; null: nobody, it waits in the mailbox.</summary>
    IDeliveryHolder? TryReserve(int agent, in DeliveryOffer offer);

    /// <summary>A message waits in a mailbox since now: those look who take it.</summary>
    void Wake(int agent, in DeliveryOffer arrived);

    /// <summary>Whether anybody watches receipts of a project, at whichever node: otherwise none are made.</summary>
    bool WantsReceipts(int project);

    /// <summary>Whether somebody waits for what may be written by another node.</summary>
    bool IsExpectant { get; }

    /// <summary>An entry that another node wrote, or the release of a delayed message.</summary>
    void Hear(Log.LogEntry entry);

    /// <summary>A stage of a delivery was reached. Death and expiry are entries of the log and not told here.</summary>
    void Publish(in ReceiptNote receipt);

    /// <summary>A stage that a delivery has reached at another node.</summary>
    void Hear(in ReceiptNote receipt);

    /// <summary>Until <see cref="Flush"/>, what this thread hands to connections is gathered and not written.</summary>
    void Gather();

    /// <summary>Has what was gathered written.</summary>
    /// <param name="here">By this thread, which has nothing else to do: that saves waking another for what takes microseconds.</param>
    void Flush(bool here);
}

/// <summary>What is offered.</summary>
internal readonly record struct DeliveryOffer(string Type, Priority Priority, int Sender);

/// <summary>A message that waits in a mailbox since the commit under way.</summary>
internal readonly record struct Arrival(int Agent, DeliveryOffer Message);

/// <summary>Whoever holds leases for as long as it lives: a connection, or somebody who waits for a reply.</summary>
internal interface IDeliveryHolder
{
    TimeSpan LeaseTime { get; }

    /// <summary>What was reserved, or claimed, is on disk and leased to this holder. Called in the order in which its agent is to get them.</summary>
    void Deliver(in ClaimedDelivery delivery);

    /// <summary>The reservation comes to nothing.</summary>
    void Cancel();

    /// <summary>A delivery that this holder had is lapsed or withdrawn, or its agent has settled it, which may not be on disk yet: there is
    /// room again. Once for each.</summary>
    void Released();
}

/// <summary>A stage of a delivery.</summary>
internal readonly record struct ReceiptNote(int Project, long Delivery, long Seq, int Agent, DeliveryState State, int Attempt, long Stamp);
