using Parley.Protocol;

namespace Parley.Server.Security;

/// <summary>What a token can be for. Declared here and implemented by concepts, because they depend on this folder.</summary>
internal interface ITokenSubjects
{
    ValueTask<bool> HasProjectAsync(string projectId, CancellationToken cancellationToken);

    /// <returns>The agent's number in the store; 0 if there is no such agent.</returns>
    int NumberOf(string projectId, string agentId);

    /// <returns>Null if there is no such agent.</returns>
    ValueTask<Agent?> FindAgentAsync(string projectId, string agentId, CancellationToken cancellationToken);
}
