using Parley.Protocol;
using Parley.Server.Projects;

namespace Parley.Server.Agents;

/// <summary>A connection of an agent.</summary>
internal interface IAgentConnection : IProjectConnection
{
    AgentState Agent { get; }
}

/// <summary>Takes an agent's messages as they arrive.</summary>
internal interface IMessageTaker
{
    /// <summary>Whether it takes all messages, because no filter or closed window prevents it.</summary>
    bool TakesEverything { get; }

    /// <summary>Whether it takes such a message as soon as it has room.</summary>
    bool Takes(string type, Priority priority, int sender);
}
