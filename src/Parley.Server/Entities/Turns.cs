namespace Parley.Server.Entities;

/// <summary>Those who got in each other's way at one thing go on one after the other. All at once, of each round one would get through, and the
/// others would have asked the database for nothing.</summary>
/// <remarks>Of this process: another node is in the way at most as often as it gets through. Two things that share a turn wait for each other,
/// which costs time and nothing else.</remarks>
internal sealed class Turns
{
    private const int Count = 64;

    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, Count).Select(_ => new SemaphoreSlim(1))];

    /// <param name="thing">Its name or its id.</param>
    internal SemaphoreSlim Of(int project, object thing) => _turns[(uint)HashCode.Combine(project, thing) % Count];
}
