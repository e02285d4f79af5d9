using Parley.Server.Agents;

namespace Parley.Server.Mailboxes;

/// <summary>A connection over which an agent takes what is in its mailbox.</summary>
internal interface IMailboxConnection : IAgentConnection
{
    /// <summary>What this connection takes; the rest stays queued.</summary>
    void SetFilter(DeliveryFilter filter);

    /// <summary>How many unacknowledged messages the server may have out.</summary>
    void SetWindow(int window);
}
