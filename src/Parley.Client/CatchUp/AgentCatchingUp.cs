using Parley.Protocol;

namespace Parley.Client;

/// <summary>Coming back after a restart.</summary>
public sealed partial class ParleyAgent
{
    /// <summary>Gets what this agent needs to go on after a restart, or after its model's context was compacted. <see cref="CatchUpText.Of"/> makes text
    /// of it. Changes nothing.</summary>
    /// <param name="budgetTokens">The most model tokens that it may take, 400-1,000,000; 2,000 if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or does not answer.</exception>
    public async Task<AgentCatchUp> CatchUpAsync(int? budgetTokens = null, CancellationToken cancellationToken = default)
    {
        await using var api = _connector.OpenApi();
        return await api.Agents.CatchUpAsync(AgentId, budgetTokens, cancellationToken);
    }
}
