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

    private readonly Dictionary<string, (string ThreadId, string LastMessageId)> _threads = new(StringComparer.Ordinal);

    /// <summary>The tasks that are not completed, by the thread in which they were assigned.</summary>
    private readonly Dictionary<string, AgentTask> _tasks = new(StringComparer.Ordinal);

    /// <summary>Plays the script from the first line to the last, in a new execution.</summary>
    public async Task PlayAsync(DemoScript script, CancellationToken cancellationToken)
    {
        await using var cast = await DemoCast.GatherAsync(DemoSquad.Three, api, options, cancellationToken);
        var request = new ExecutionRequest { Title = script.Title, SquadId = DemoSquad.Three.Id };
        var execution = await api.Executions.CreateAsync(request, cancellationToken);
        stage.Announce(execution);
        try
        {
            var begun = new ExecutionPatch { Status = ExecutionStatus.InProgress };
            await api.Executions.UpdateAsync(execution.ExecutionId, begun, cancellationToken);
            var deliveries = 0;
            foreach (var line in script.Lines)
                deliveries += await SayAsync(line, script, cast, execution.ExecutionId, cancellationToken);

            await cast.HearOutAsync(deliveries, cancellationToken);
            var result = JsonSerializer.SerializeToElement(script.Result, WireJson.Lenient.String);
            await api.Executions.CompleteAsync(execution.ExecutionId, result, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            using var brief = new CancellationTokenSource(LastWords, options.TimeProvider);
            await api.Executions.CancelAsync(execution.ExecutionId, Interrupted, brief.Token);
            foreach (var task in _tasks.Values)
                await api.Tasks.UpdateAsync(task.TaskId, new TaskPatch { Status = AgentTaskStatus.Cancelled, Error = Interrupted }, brief.Token);
            throw;
        }

        stage.Close(await api.Executions.GetAsync(execution.ExecutionId, cancellationToken));
    }

    /// <returns>How many mailboxes the line was delivered to.</returns>
    private async Task<int> SayAsync(
        DemoLine line, DemoScript script, DemoCast cast, string executionId, CancellationToken cancellationToken)
    {
        if (!fast)
            await Task.Delay(line.Pause, options.TimeProvider, cancellationToken);

        var answer = await cast.SayAsync(line.From, Message(line, executionId), cancellationToken);
        _threads[line.Thread] = (answer.ConversationThreadId, answer.MessageId);

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

        var handedOut = await WorkAsync(line, cast, cancellationToken);
        return answer.Deliveries.Count(delivery => delivery.Refused is null) + handedOut;
    }

    /// <summary>Starts and completes tasks as the line says.</summary>
    /// <returns>How many tasks were assigned, each by a message to one mailbox.</returns>
    private async Task<int> WorkAsync(DemoLine line, DemoCast cast, CancellationToken cancellationToken)
    {
        if (line.Starts is { } started)
            _tasks[started] = await cast.StartAsync(line.From, _tasks[started], cancellationToken);
        if (line.Completes is { } completed)
        {
            var done = await cast.CompleteAsync(line.From, _tasks[completed], cancellationToken);
            _tasks.Remove(completed);
            stage.Check(done);
        }

        if (line.Task is null)
            return 0;
        var request = new TaskRequest { Title = line.Task, AgentId = line.To, Priority = line.Priority };
        _tasks[line.Thread] = await cast.GiveAsync(line.From, request, cancellationToken);
        return 1;
    }

    private SendRequest Message(DemoLine line, string executionId)
    {
        var begun = _threads.TryGetValue(line.Thread, out var thread);
        return new SendRequest
        {
            To = [line.To],
            MessageType = line.Type,
            Content = line.Text,
            Priority = line.Priority,
            Intent = line.Intent,
            ConversationThreadId = begun ? thread.ThreadId : null,
            ReplyTo = begun && line.Replies ? thread.LastMessageId : null,
            ExecutionId = executionId,
        };
    }
}
