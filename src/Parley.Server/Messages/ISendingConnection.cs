using Parley.Server.Agents;

namespace Parley.Server.Messages;

/// <summary>A connection on which an agent sends.</summary>
internal interface ISendingConnection : IAgentConnection
{
    /// <summary>The sender of everything sent on it.</summary>
    Sender Sender { get; }
}
