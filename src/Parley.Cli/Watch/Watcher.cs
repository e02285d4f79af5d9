using Parley.Cli.CommandLine;
using Parley.Cli.Conversation;
using Parley.Cli.Output;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Watch;

/// <summary>Reads a stream until it ends or the user stops it, and shows what arrives.</summary>
internal sealed class Watcher(Call call, WatchTarget target, StreamOptions options)
{
    private readonly ConversationView _view = new(call.Terminal, call.Time);

    // If certain messages were requested, show only those, and nothing else in the project.
    private readonly bool _messagesOnly = options.Types is { Count: > 0 } || options.Agents is { Count: > 0 };

    private bool _interrupted;

    /// <summary>0 if it was stopped or the execution completed; 1 if the execution failed or was cancelled.</summary>
    public async Task<ExitCode> RunAsync()
    {
        var result = ExitCode.Done;
        try
        {
            var from = options with
            {
                After = options.After ?? await target.StartAsync(call.Api, options, call.Cancellation),
                Places = true,
                Interrupted = Interrupted,
            };
            await foreach (var item in target.Open(call.Api, from, call.Cancellation))
            {
                Resumed();
                if (item.Event == StreamEvents.Place)
                    continue;
                if (item.Completion is { } completion && target is WatchTarget.OfExecution)
                    result = completion.Status is ExecutionStatus.Completed ? ExitCode.Done : ExitCode.Failed;
                Show(item);
            }
        }
        catch (OperationCanceledException) when (call.Cancellation.IsCancellationRequested)
        {
            // Ctrl-C is the way to stop watching.
        }
        finally
        {
            _view.End();
        }

        return result;
    }

    private void Interrupted()
    {
        if (!_interrupted)
            _view.Note("The connection was lost; reconnecting.");
        _interrupted = true;
    }

    private void Resumed()
    {
        if (_interrupted)
            _view.Note("Connected again.");
        _interrupted = false;
    }

    private void Show(StreamEvent item)
    {
        if (call.Terminal.Json)
        {
            call.Terminal.WriteJson(new StreamLine(item.Event, item.Id, item.Data), OutputJson.Lines.StreamLine);
            return;
        }

        switch (item)
        {
            case { Message: { } message }:
                _view.Show(message);
                break;
            case { Status: { } status }:
                _view.Show(status);
                break;
            case { Completion: { } completion }:
                _view.Show(completion);
                break;
            case { Event: StreamEvents.Gap }:
                _view.Note("The log no longer has everything that you asked for. It starts with what is left.");
                break;
            case { Event: StreamEvents.Error }:
                _view.Note($"The stream failed: {item.Data.GetRawText()}");
                break;
            case { Agent: { } agent } when !_messagesOnly:
                _view.Aside($"{agent.Name} is {Words.Of(agent.Status)}");
                break;
            case { Published: { } published } when !_messagesOnly:
                _view.Aside(EventLine.Of(published), published.Timestamp);
                break;
        }
    }
}
