using Parley.Server.Coordination;

namespace Parley.Server.Projects;

/// <summary>Finishes what a kill cut short: a project that was being deleted is gone for everybody at once, its content goes in steps.</summary>
internal sealed class DeletionFinisher(IProjectStore store) : IChore
{
    public TimeSpan Interval { get; } = TimeSpan.FromHours(1);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        await store.FinishDeletionsAsync(cancellationToken);
        return null;
    }
}
