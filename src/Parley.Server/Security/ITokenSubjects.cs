using Parley.Protocol;

namespace Parley.Server.Security;

/// <summary>What a token can be for. Declared here and implemented by the concepts, which use this folder.</summary>
internal interface ITokenSubjects
{
    ValueTask<bool> HasProjectAsync(string projectId, CancellationToken cancellationToken);

    /// <returns>Null when there is no such agent.</returns>
    ValueTask<Agent?> FindAgentAsync(string projectId, string agentId, CancellationToken cancellationToken);
}
