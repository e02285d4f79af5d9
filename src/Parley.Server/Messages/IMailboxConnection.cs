using Parley.Server.Agents;
using Parley.Server.Mailboxes;

namespace Parley.Server.Messages;

/// <summary>A connection over which an agent sends, and takes what is in its mailbox.</summary>
internal interface IMailboxConnection : IAgentConnection
{
    /// <summary>As whom it sends.</summary>
    Sender Sender { get; }

    /// <summary>What this connection takes; the rest stays queued.</summary>
    void SetFilter(DeliveryFilter filter);

    /// <summary>How many unacknowledged messages the server may have out.</summary>
    void SetWindow(int window);
}
