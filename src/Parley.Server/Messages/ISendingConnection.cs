using Parley.Server.Agents;

namespace Parley.Server.Messages;

/// <summary>A connection over which an agent sends.</summary>
internal interface ISendingConnection : IAgentConnection
{
    /// <summary>As whom it sends.</summary>
    Sender Sender { get; }
}
