using Parley.Server.Coordination;

namespace Parley.Server.Entities;

/// <summary>Looks at the things of a kind that are due.</summary>
internal sealed class DueEntities<T>(EntityBoard<T> board, TimeProvider clock) : IChore
    where T : class
{
    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(1);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken) =>
        await board.RunDueAsync(clock.GetUtcNow(), cancellationToken) ? TimeSpan.FromMilliseconds(50) : null;
}
