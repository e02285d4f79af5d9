using Parley.Protocol;

namespace Parley.Server.Mailboxes;

/// <summary>Gives deliveries to connected agents. The store calls it on its writing thread, so it never blocks.</summary>
internal interface IHandover : Agents.IMailboxWaker
{
    /// <summary>The caller that waits for the reply to one of the agent's messages. It gets the reply at once, even if the mailbox has deliveries
    /// waiting, or is paused or full. Each caller is returned once.</summary>
    /// <param name="replyTo">The seq of the message; 0 if this is not a reply.</param>
    IDeliveryHolder? TryAnswer(int agent, long replyTo);

    /// <summary>Whether <see cref="TryAnswer"/> would find a caller.</summary>
    bool IsAwaited(int agent, long replyTo);

    /// <summary>Reserves room for one delivery in a connection of the agent that takes it; null if there is none, so that the delivery waits in the
    /// mailbox.</summary>
    IDeliveryHolder? TryReserve(int agent, in DeliveryOffer offer);

    /// <summary>A message now waits in a mailbox, so the connections that take it should check.</summary>
    void Wake(int agent, in DeliveryOffer arrived);

    /// <summary>Whether anybody watches receipts of a project, on any node. If nobody does, none are created.</summary>
    bool WantsReceipts(int project);

    /// <summary>Whether somebody waits for something that another node may write.</summary>
    bool IsExpectant { get; }

    /// <summary>Reports an entry that another node wrote, or the release of a delayed message.</summary>
    void Hear(Log.LogEntry entry);

    /// <summary>Reports that a delivery has reached a stage. Deaths and expirations are log entries and are not reported here.</summary>
    void Publish(in ReceiptNote receipt);

    /// <summary>Reports a stage that a delivery has reached on another node.</summary>
    void Hear(in ReceiptNote receipt);

    /// <summary>From now until <see cref="Flush"/>, deliveries that this thread gives to connections are collected, not written.</summary>
    void Gather();

    /// <summary>Writes what was collected.</summary>
    /// <param name="here">On this thread, which has nothing else to do. This avoids waking another thread for work that takes microseconds.</param>
    void Flush(bool here);
}

/// <summary>What a connection must know to decide whether it takes a delivery.</summary>
internal readonly record struct DeliveryOffer(string Type, Priority Priority, int Sender);

/// <summary>A message that waits in a mailbox as of the current commit.</summary>
internal readonly record struct Arrival(int Agent, DeliveryOffer Message);

/// <summary>Holds leases for as long as it lives: a connection, or a caller that waits for a reply.</summary>
internal interface IDeliveryHolder
{
    TimeSpan LeaseTime { get; }

    /// <summary>The delivery that was reserved or claimed is on disk and leased to this holder. Called in the order in which the agent should get
    /// them.</summary>
    void Deliver(in ClaimedDelivery delivery);

    /// <summary>The reservation is not used.</summary>
    void Cancel();

    /// <summary>A delivery that this holder had has lapsed or been withdrawn, or its agent has settled it, perhaps not on disk yet. So there is room
    /// again. Called once per delivery.</summary>
    void Released();
}

/// <summary>A stage of a delivery.</summary>
internal readonly record struct ReceiptNote(int Project, long Delivery, long Seq, int Agent, DeliveryState State, int Attempt, long Stamp);
