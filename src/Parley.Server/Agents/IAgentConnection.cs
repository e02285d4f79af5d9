using Parley.Server.Connections.Frames;

namespace Parley.Server.Agents;

/// <summary>A connection of an agent.</summary>
internal interface IAgentConnection : IFrameConnection
{
    AgentState Agent { get; }
}
