namespace Parley.Server.Entities;

/// <summary>Makes callers that conflicted over one entity take turns. Otherwise, only one would succeed in each round, and the database calls of the
/// others would be wasted.</summary>
/// <remarks>Only within this process: another node causes a conflict at most as often as it succeeds. Two entities that share a turn wait for each
/// other, which costs only time.</remarks>
internal sealed class Turns
{
    private const int Count = 64;

    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(1))];

    /// <param name="thing">Its name or its id.</param>
    internal SemaphoreSlim Of(int project, object thing) => _turns[(uint)HashCode.Combine(project, thing) % Count];
}
