using Parley.Protocol;
using Parley.Server.Projects;

namespace Parley.Server.Agents;

/// <summary>A connection of an agent.</summary>
internal interface IAgentConnection : IProjectConnection
{
    AgentState Agent { get; }
}

/// <summary>What takes an agent's messages as they come.</summary>
internal interface IMessageTaker
{
    /// <summary>Neither a filter nor a closed window keeps anything from it.</summary>
    bool TakesEverything { get; }

    /// <summary>Whether it takes such a message once it has room.</summary>
    bool Takes(string type, Priority priority, int sender);
}
