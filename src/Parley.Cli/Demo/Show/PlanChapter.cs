using System.Text.Json;
using Parley.Cli.Demo.Show.Story;
using Parley.Protocol;

namespace Parley.Cli.Demo.Show;

/// <summary>The executions of the morning, and the release that runs.</summary>
internal sealed class PlanChapter(ShowSet set)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task PlayAsync()
    {
        foreach (var (title, squad, end, text) in Plan.Ended)
        {
            var id = await BeginAsync(title, squad);
            await set.Api.Executions.LogAsync(id, text, end == ExecutionStatus.Failed ? "error" : "info", set.Stopping);
            await EndAsync(id, end, text);
        }

        var export = await BeginAsync(Plan.Export, Fleet.Exports);
        foreach (var (level, text, progress, phase) in Plan.ExportLog)
        {
            await set.Api.Executions.LogAsync(export, text, level, set.Stopping);
            await set.Api.Executions.UpdateAsync(export, new ExecutionPatch { Progress = progress, CurrentPhase = phase }, set.Stopping);
        }

        await set.Cast[Plan.Leader].Api.Workflows.StartAsync(Plan.Workflow, set.Stopping);
        await WaitForFailureAsync();
    }

    private async Task<string> BeginAsync(string title, DemoSquad squad)
    {
        var request = new ExecutionRequest { Title = title, SquadId = squad.Id };
        var execution = await set.Cast[squad.Members[0]].Api.Executions.CreateAsync(request, set.Stopping);
        await set.Api.Executions.UpdateAsync(execution.ExecutionId, new ExecutionPatch { Status = ExecutionStatus.InProgress }, set.Stopping);
        return execution.ExecutionId;
    }

    private Task EndAsync(string id, ExecutionStatus end, string text) => end switch
    {
        ExecutionStatus.Failed => set.Api.Executions.FailAsync(id, text, set.Stopping),
        ExecutionStatus.Cancelled => set.Api.Executions.CancelAsync(id, text, set.Stopping),
        _ => set.Api.Executions.CompleteAsync(id, JsonSerializer.SerializeToElement(text, WireJson.Lenient.String), set.Stopping),
    };

    /// <summary>The steps are done by those who have them. The story goes on once the smoke tests have failed for the last time.</summary>
    private async Task WaitForFailureAsync()
    {
        var begun = set.Time.GetTimestamp();
        while (set.Time.GetElapsedTime(begun) < Patience)
        {
            var release = await set.FindReleaseAsync();
            if (release is null || release.Steps.Any(step => step is { Step: Plan.Smoke, Status: WorkflowStepStatus.Failed }))
                return;
            await set.Pace.LookAgainAsync(set.Stopping);
        }
    }
}
