using Parley.Server.Coordination;

namespace Parley.Server.Projects;

/// <summary>Finishes deletions that a kill interrupted. A deleted project disappears for everybody at once, but its contents are deleted in
/// steps.</summary>
internal sealed class DeletionFinisher(IProjectStore store) : IChore
{
    public TimeSpan Interval { get; } = TimeSpan.FromHours(1);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        await store.FinishDeletionsAsync(cancellationToken);
        return null;
    }
}
