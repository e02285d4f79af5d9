using System.Collections.Concurrent;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Projects;

namespace Parley.Server.Workflows;

/// <summary>Ends attempts whose time is over, and starts retries whose time has come.</summary>
internal sealed class StepDue(WorkflowBoard board, WorkflowFollowUp followUp, ProjectDirectory projects) : IDueLook<WorkflowStep>
{
    public async ValueTask LookAsync(int project, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (projects.Find(project) is not { } state || await board.FindStepAsync(project, id, cancellationToken) is not { } step)
            return;
        var call = new StepCall(StepVerb.Fail, now) { Error = "It took longer than its timeout." };
        var result = await board.ChangeStepAsync(
            state, 0, step.Value.WorkflowId, step.Value.Step,
            present => StepMoves.IsHeld(present.Status) && present.TimeoutAt <= now ? StepMoves.Make(present, call) : Decision<WorkflowStep>.Keep, cancellationToken);
        if (result.TryGet(out var changed, out _))
            followUp.Changed(state, changed.Value);
    }
}

/// <summary>Moves on the workflows that a killed node left behind, a few at a time, however many there are.</summary>
internal sealed class WorkflowKeeper(WorkflowBoard board, WorkflowFollowUp followUp, ProjectDirectory projects) : IChore
{
    private const int PartSize = 50;

    /// <summary>How far the check of a project's workflows has come; absent if all must be checked, as after a start.</summary>
    private readonly ConcurrentDictionary<int, long> _places = new();

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All.Where(project => !project.Gone.IsCancellationRequested))
        {
            var isFirst = !_places.TryGetValue(project.Number, out var place);
            do
            {
                var part = await board.ListAsync(
                    new EntityQuery(project.Number, WorkflowKinds.Workflow.Number, PartSize) { Marks = [WorkflowKinds.Live], OldestFirst = true, Above = place }, cancellationToken);
                foreach (var workflow in part)
                    followUp.Advance(project, workflow.Value.WorkflowId);
                place = part.Count < PartSize ? 0 : part[^1].Row.Made;
            }
            while (isFirst && place > 0);
            _places[project.Number] = place;
        }

        return null;
    }
}
