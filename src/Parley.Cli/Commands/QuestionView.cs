using System.Globalization;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Client;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary>Questions as people see them in a terminal.</summary>
internal static class QuestionView
{
    private const int MostOpen = 500;

    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(60), Pause = TimeSpan.FromSeconds(1);

    /// <summary>The open questions with their options, those with the nearest deadline first.</summary>
    public static async Task ShowOpenAsync(Call call, int max)
    {
        var page = await call.Api.Questions.ListAsync("open", agent: null, MostOpen, after: null, call.Cancellation);
        var open = page.Items.OrderBy(question => question.Deadline ?? DateTimeOffset.MaxValue).ThenBy(question => question.Number).ToList();
        if (call.Terminal.Json)
        {
            call.Terminal.WriteJson(page with { Items = [.. open.Take(max)] }, WireJson.Lenient.PageQuestion);
            return;
        }

        if (open.Count == 0)
            call.Terminal.Note("No questions are open.");
        foreach (var question in open.Take(max))
            Show(call, question);
        if (open.Count > max || page.Next is not null)
            call.Terminal.Note($"There are more: --max shows up to {MostOpen}.");
    }

    /// <summary>The question once it has ended, however long that takes.</summary>
    public static async Task<Question> WaitAsync(Call call, string id)
    {
        var isAway = false;
        while (true)
        {
            try
            {
                // Opened anew each time: after a restart, a server on this machine may have another port.
                await using var api = ParleyApi.Open(call.Options with { Token = call.Token });
                var question = await api.Questions.GetAsync(id, Poll, call.Cancellation);
                if (question.Status != QuestionStatus.Open)
                    return question;
                isAway = false;
            }
            catch (Exception unanswered) when (unanswered is ParleyException { Retryable: true } or ParleyConfigurationException)
            {
                // The question is stored, so a restart of the server does not end the wait. A server that stops removes its address.
                if (!isAway)
                    call.Terminal.Note($"{unanswered.Message} Still waiting; Ctrl-C gives up.");
                isAway = true;
                await Task.Delay(Pause, call.Time, call.Cancellation);
            }
        }
    }

    /// <summary>The answer, and how it came about.</summary>
    public static ExitCode ShowEnd(Call call, Question question)
    {
        var code = question.Status switch
        {
            QuestionStatus.Answered or QuestionStatus.Defaulted => ExitCode.Done,
            QuestionStatus.Expired => ExitCode.TimedOut,
            _ => ExitCode.Conflict,
        };
        if (call.Terminal.Json)
        {
            call.Terminal.WriteJson(question, WireJson.Lenient.Question);
            return code;
        }

        call.Terminal.Note(question.Status switch
        {
            QuestionStatus.Answered => $"Answered by {question.AnsweredBy}.{(question.Note is { } note ? $" Note: {note}" : "")}",
            QuestionStatus.Defaulted => "Nobody answered by the deadline, so this is the default.",
            QuestionStatus.Expired => "Nobody answered by the deadline.",
            _ => "The question was withdrawn.",
        });
        if (question.Answer is { } answer)
            call.Terminal.WriteLine(PlainText.Of(answer));
        return code;
    }

    public static void ShowFacts(Call call, Question question) => Listing.WriteFacts(call.Terminal,
    [
        ("question", question.QuestionId),
        ("number", question.Number.ToString(CultureInfo.InvariantCulture)),
        ("agent", question.AgentId),
        ("workflow", question.WorkflowId),
        ("step", question.Step),
        ("content", question.Content),
        ("options", string.Join(", ", question.Options.Select(option => option.Value))),
        ("default", question.Default),
        ("deadline", TimeOf(question.Deadline)),
        ("status", Words.Of(question.Status)),
        ("waiting for", string.Join(", ", question.Waiting)),
        ("answer", question.Answer),
        ("answered by", question.AnsweredBy),
        ("answered at", TimeOf(question.AnsweredAt)),
        ("note", question.Note),
        ("task", question.TaskId),
        ("thread", question.ThreadId),
        ("reminders", string.Join(", ", question.Reminders.Select(reminder => $"{WireTime.ToText(reminder.At)} {reminder.To}{(reminder.Sent ? " (sent)" : "")}"))),
    ]);

    public static IReadOnlyList<string> Row(Question question) =>
    [
        question.Number.ToString(CultureInfo.InvariantCulture),
        PlainText.Escape(question.AgentId ?? $"step {question.Step}"),
        Words.Of(question.Status),
        PlainText.EscapeLine(question.Content, 60),
        question.Answer is { } answer ? PlainText.EscapeLine(answer, 40) : "-",
    ];

    /// <summary>Who asks, on one line.</summary>
    /// <param name="step">How the text begins if a step of a workflow asks.</param>
    public static string AskerOf(Question question, string step) => PlainText.Line(question.AgentId ?? $"{step} '{question.Step}' of a workflow", 255);

    private static void Show(Call call, Question question)
    {
        var text = call.Terminal.Text;
        var left = question.Deadline is { } deadline ? $", {Left(deadline - call.Time.GetUtcNow())}" : "";
        text.MarkupLine($"[yellow]{question.Number}[/]  {Markup.Escape(AskerOf(question, "The step"))} asks [grey]({Listing.Since(question.CreatedAt, call.Time)}{left})[/]");
        text.MarkupLine($"    {PlainText.EscapeLines(question.Content, indent: 4)}");
        if (question.Note is { } note)
            text.MarkupLine($"    [grey]{PlainText.EscapeLines(note, indent: 4)}[/]");
        for (var i = 0; i < question.Options.Count; i++)
        {
            var option = question.Options[i];
            var label = option.Label is { } name && name != option.Value ? $" [grey]{PlainText.Escape(name)}[/]" : "";
            var detail = option.Detail is { } more ? $" [grey]{PlainText.EscapeLine(more, 100)}[/]" : "";
            var usual = option.Value == question.Default ? " [grey](default)[/]" : "";
            text.MarkupLine(string.Create(CultureInfo.InvariantCulture, $"      {i + 1}  {PlainText.Escape(option.Value)}{label}{usual}{detail}"));
        }

        if (question.Options.Count == 0 && question.Default is { } otherwise)
            text.MarkupLine($"    [grey]default: {PlainText.EscapeLine(otherwise, 100)}[/]");
    }

    private static string Left(TimeSpan left) => left switch
    {
        { TotalSeconds: < 1 } => "now due",
        { TotalSeconds: < 60 } => $"{left.TotalSeconds:0} s left",
        { TotalMinutes: < 60 } => $"{left.TotalMinutes:0} min left",
        { TotalHours: < 48 } => $"{left.TotalHours:0} h left",
        _ => $"{left.TotalDays:0} d left",
    };

    private static string? TimeOf(DateTimeOffset? time) => time is { } at ? WireTime.ToText(at) : null;
}
