using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Cli.Conversation;
using Parley.Cli.Output;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Demo;

/// <summary>How a demo is shown: as a conversation, or as one line of JSON per event.</summary>
internal sealed class DemoStage(Terminal terminal, TimeProvider time)
{
    private readonly ConversationView _view = new(terminal, time);

    public void Announce(Execution execution)
    {
        if (terminal.Json)
        {
            Write("execution", execution, WireJson.Lenient.Execution);
            return;
        }

        terminal.Text.MarkupLine($"[bold]{PlainText.Escape(execution.Title)}[/]");
        terminal.Text.MarkupLine("[grey]Watch it from another terminal:[/]");

        // On its own line and never wrapped, so that it can be copied.
        terminal.WriteLine($"  parley watch --execution {PlainText.Of(execution.ExecutionId)}");
        terminal.Text.WriteLine();
    }

    public async Task ShowAsync(Message message, bool typedOut, CancellationToken cancellationToken)
    {
        if (terminal.Json)
            Write("message", message, WireJson.Lenient.Message);
        else if (typedOut)
            await _view.TypeOutAsync(message, cancellationToken);
        else
            _view.Show(message);
    }

    /// <summary>A task was completed.</summary>
    public void Check(AgentTask task)
    {
        if (terminal.Json)
            Write("task", task, WireJson.Lenient.AgentTask);
        else
            terminal.Text.MarkupLine($"{new string(' ', MessageView.Indent)}[green]✓[/] {PlainText.Escape(task.Title)} [grey]({PlainText.Escape(task.AgentId ?? "")})[/]");
    }

    public void Close(Execution execution)
    {
        if (terminal.Json)
        {
            Write("execution", execution, WireJson.Lenient.Execution);
            return;
        }

        terminal.Text.WriteLine();
        _view.Show(new ExecutionCompletionEvent
        {
            ExecutionId = execution.ExecutionId,
            Status = execution.Status,
            Result = execution.Result,
            Error = execution.Error,
        });
    }

    private void Write<T>(string name, T value, JsonTypeInfo<T> type) =>
        terminal.WriteJson(new StreamLine(name, Id: null, JsonSerializer.SerializeToElement(value, type)), OutputJson.Lines.StreamLine);
}
