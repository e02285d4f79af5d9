using System.Text.Json;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo;

/// <summary>Plays a script through the public interface, as any client would.</summary>
internal sealed class DemoPlayer(ParleyApi api, ParleyOptions options, DemoStage stage, bool fast)
{
    private const string Interrupted = "The demo was interrupted.";

    // How long an interrupted demo may take to tell the watchers.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    /// <summary>Plays the script from the first line to the last, in a new execution.</summary>
    public async Task PlayAsync(DemoScript script, CancellationToken cancellationToken)
    {
        await using var cast = await DemoCast.GatherAsync(DemoSquad.Three, api, options, cancellationToken);
        var talk = new DemoTalk(cast);
        var request = new ExecutionRequest { Title = script.Title, SquadId = DemoSquad.Three.Id };
        var execution = await api.Executions.CreateAsync(request, cancellationToken);
        stage.Announce(execution);
        try
        {
            var begun = new ExecutionPatch { Status = ExecutionStatus.InProgress };
            await api.Executions.UpdateAsync(execution.ExecutionId, begun, cancellationToken);
            var deliveries = 0;
            foreach (var line in script.Lines)
                deliveries += await SayAsync(line, script, talk, execution.ExecutionId, cancellationToken);

            await cast.HearOutAsync(deliveries, cancellationToken);
            var result = JsonSerializer.SerializeToElement(script.Result, WireJson.Lenient.String);
            await api.Executions.CompleteAsync(execution.ExecutionId, result, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            using var brief = new CancellationTokenSource(LastWords, options.TimeProvider);
            await api.Executions.CancelAsync(execution.ExecutionId, Interrupted, brief.Token);
            foreach (var task in talk.OpenTasks)
                await api.Tasks.UpdateAsync(task.TaskId, new TaskPatch { Status = AgentTaskStatus.Cancelled, Error = Interrupted }, brief.Token);
            throw;
        }

        stage.Close(await api.Executions.GetAsync(execution.ExecutionId, cancellationToken));
    }

    /// <returns>How many mailboxes the line was delivered to.</returns>
    private async Task<int> SayAsync(
        DemoLine line, DemoScript script, DemoTalk talk, string executionId, CancellationToken cancellationToken)
    {
        if (!fast)
            await Task.Delay(line.Pause, options.TimeProvider, cancellationToken);

        var answer = await talk.SayAsync(line, executionId, cancellationToken);

        // Shown as stored, not as intended.
        var message = await api.Messages.GetAsync(answer.MessageId, cancellationToken);
        await stage.ShowAsync(message, typedOut: script.TypedOut && !fast, cancellationToken);

        if (line.Log is { } log)
            await api.Executions.LogAsync(executionId, log, cancellationToken: cancellationToken);
        if (line.Progress is not null || line.Phase is not null)
        {
            var now = new ExecutionPatch { Progress = line.Progress, CurrentPhase = line.Phase };
            await api.Executions.UpdateAsync(executionId, now, cancellationToken);
        }

        var work = await talk.WorkAsync(line, cancellationToken);
        if (work.Completed is { } done)
            stage.Check(done);
        return answer.Deliveries.Count(delivery => delivery.Refused is null) + work.HandedOut;
    }
}
