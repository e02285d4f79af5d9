using System.Globalization;
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

    /// <summary>A part of the story begins.</summary>
    /// <param name="page">The page of the documentation about it, without its folder.</param>
    public void Chapter(string title, string page)
    {
        if (terminal.Json)
        {
            terminal.WriteJson(new StreamLine("chapter", Id: null, JsonSerializer.SerializeToElement(new DemoChapter(title, page), OutputJson.Lines.DemoChapter)), OutputJson.Lines.StreamLine);
            return;
        }

        terminal.Text.WriteLine();
        terminal.Text.MarkupLine($"[bold yellow]{PlainText.Escape(title)}[/]  [grey]docs/concepts/{PlainText.Escape(page)}.md[/]");
    }

    /// <summary>Something that is not a message.</summary>
    public void Tell(string text) => Tell(text, text, WireJson.Lenient.String, "note");

    /// <inheritdoc cref="Tell(string)"/>
    /// <param name="text">For people.</param>
    /// <param name="value">For programs.</param>
    public void Tell<T>(string text, T value, JsonTypeInfo<T> type, string name)
    {
        if (terminal.Json)
            Write(name, value, type);
        else
            _view.Aside(text);
    }

    /// <summary>The plan, and how far each step is.</summary>
    public void Show(Workflow workflow)
    {
        if (terminal.Json)
        {
            Write("workflow", workflow, WireJson.Lenient.Workflow);
            return;
        }

        foreach (var line in WorkflowGraph.Draw(workflow.Steps, time))
            terminal.WriteLine($"{new string(' ', MessageView.Indent)}{PlainText.Of(line)}");
    }

    /// <summary>A person is asked.</summary>
    /// <param name="patience">How long the person has to decide.</param>
    /// <param name="here">Whether the person can answer at this terminal.</param>
    public void Ask(Question question, TimeSpan patience, bool here)
    {
        if (terminal.Json)
        {
            Write("question", question, WireJson.Lenient.Question);
            return;
        }

        var indent = new string(' ', MessageView.Indent);
        terminal.Text.MarkupLine($"{indent}[bold]{PlainText.Escape(question.Content)}[/]");
        if (question.Note is { } note)
            terminal.Text.MarkupLine($"{indent}[grey]{PlainText.EscapeLines(note, MessageView.Indent)}[/]");
        for (var i = 0; i < question.Options.Count; i++)
        {
            var usual = question.Options[i].Value == question.Default ? " [grey](default)[/]" : "";
            terminal.Text.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"{indent}  {i + 1}  {PlainText.Escape(question.Options[i].Value)}{usual}"));
        }

        terminal.Text.MarkupLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{indent}[grey]{(here ? "Type a number and Enter, or in" : "In")} another terminal: parley answer {question.Number} 1. After {patience.TotalSeconds:0} s, the default counts.[/]"));
    }

    /// <summary>A step was completed.</summary>
    public void Check(WorkflowStep step)
    {
        if (terminal.Json)
            Write("step", step, WireJson.Lenient.WorkflowStep);
        else
            terminal.Text.MarkupLine($"{new string(' ', MessageView.Indent)}[green]✓[/] {PlainText.Escape(step.Step)}: {PlainText.EscapeLine(step.Action ?? "", 100)} [grey]({PlainText.Escape(step.AgentId ?? "")})[/]");
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
