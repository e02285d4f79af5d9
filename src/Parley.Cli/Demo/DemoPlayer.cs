using System.Text.Json;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo;

/// <summary>Plays a script through the public interface, as any client would.</summary>
internal sealed class DemoPlayer(ParleyApi api, ParleyOptions options, DemoStage stage, bool fast)
{
    // What a terminal that was interrupted may still spend on telling the watchers.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, (string ThreadId, string LastMessageId)> _threads = new(StringComparer.Ordinal);

    /// <summary>Plays it from the first line to the last, in an execution of its own.</summary>
    public async Task PlayAsync(DemoScript script, CancellationToken cancellationToken)
    {
        await using var cast = await DemoCast.GatherAsync(api, options, cancellationToken);
        var request = new ExecutionRequest { Title = script.Title, SquadId = DemoSquad.Id };
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
            await api.Executions.CancelAsync(execution.ExecutionId, "The demo was interrupted.", brief.Token);
            throw;
        }

        stage.Close(await api.Executions.GetAsync(execution.ExecutionId, cancellationToken));
    }

    /// <returns>How many mailboxes the line went to.</returns>
    private async Task<int> SayAsync(
        DemoLine line, DemoScript script, DemoCast cast, string executionId, CancellationToken cancellationToken)
    {
        if (!fast)
            await Task.Delay(line.Pause, options.TimeProvider, cancellationToken);

        var answer = await cast.SayAsync(line.From, Message(line, executionId), cancellationToken);
        _threads[line.Thread] = (answer.ConversationThreadId, answer.MessageId);

        // Shown as it is stored, not as it was meant.
        var message = await api.Messages.GetAsync(answer.MessageId, cancellationToken);
        await stage.ShowAsync(message, typedOut: script.TypedOut && !fast, cancellationToken);

        if (line.Log is { } log)
            await api.Executions.LogAsync(executionId, log, cancellationToken: cancellationToken);
        if (line.Progress is not null || line.Phase is not null)
        {
            var now = new ExecutionPatch { Progress = line.Progress, CurrentPhase = line.Phase };
            await api.Executions.UpdateAsync(executionId, now, cancellationToken);
        }

        return answer.Deliveries.Count(delivery => delivery.Refused is null);
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
