using Parley.Server.Agents;

namespace Parley.Server.Mailboxes;

/// <summary>A connection on which an agent takes deliveries from its mailbox.</summary>
internal interface IMailboxConnection : IAgentConnection
{
    /// <summary>Sets which deliveries this connection takes. The others stay queued.</summary>
    void SetFilter(DeliveryFilter filter);

    /// <summary>Sets how many unacknowledged messages the server may have out.</summary>
    void SetWindow(int window);
}
