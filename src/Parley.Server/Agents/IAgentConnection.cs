using Parley.Server.Projects;

namespace Parley.Server.Agents;

/// <summary>A connection of an agent.</summary>
internal interface IAgentConnection : IProjectConnection
{
    AgentState Agent { get; }
}
