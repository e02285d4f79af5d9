using System.Collections.Concurrent;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Projects;

namespace Parley.Server.Tasks;

/// <summary>Finishes what a killed node left undone: assigns waiting tasks that somebody could take, and unblocks tasks whose dependencies are
/// completed. A few at a time, however many there are.</summary>
internal sealed class TaskKeeper(TaskBoard board, AssignmentEngine engine, TaskDependencies dependencies, ProjectDirectory projects) : IChore
{
    private const int PartSize = 100;

    /// <summary>How far the check of a project's blocked tasks has come; absent if all must be checked, as after a start.</summary>
    private readonly ConcurrentDictionary<int, long> _places = new();

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All.Where(project => !project.Gone.IsCancellationRequested))
        {
            await engine.LookAsync(project, cancellationToken);
            await LookAtBlockedAsync(project, cancellationToken);
        }

        return null;
    }

    private async ValueTask LookAtBlockedAsync(ProjectState project, CancellationToken cancellationToken)
    {
        var isFirst = !_places.TryGetValue(project.Number, out var place);
        do
        {
            var part = await board.ListAsync(
                new EntityQuery(project.Number, TaskKinds.Task.Number, PartSize) { Marks = [TaskKinds.Blocked], OldestFirst = true, Above = place }, cancellationToken);
            foreach (var task in part)
                await dependencies.LookAsync(project, task, cancellationToken);
            place = part.Count < PartSize ? 0 : part[^1].Row.Made;
        }
        while (isFirst && place > 0);
        _places[project.Number] = place;
    }
}
