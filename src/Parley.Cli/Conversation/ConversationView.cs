using Parley.Cli.Output;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Conversation;

/// <summary>A conversation in progress: messages below each other and, on a live terminal, the progress bar always last.</summary>
internal sealed class ConversationView(Terminal terminal, TimeProvider time)
{
    private static readonly TimeSpan Keystroke = TimeSpan.FromMilliseconds(12);

    private DateOnly _day = DateOnly.FromDateTime(time.GetLocalNow().DateTime);
    private string? _bar;
    private bool _barIsShown;

    /// <summary>Shows a message below the previous ones.</summary>
    public void Show(Message message)
    {
        HideBar();
        ShowHead(message);
        ShowBody(MessageView.Body(message));
        ShowBar();
    }

    /// <summary>Shows a message as if somebody were typing it, or at once if the output is not a terminal.</summary>
    public async Task TypeOutAsync(Message message, CancellationToken cancellationToken)
    {
        if (!terminal.Live)
        {
            Show(message);
            return;
        }

        HideBar();
        ShowHead(message);
        foreach (var line in Wrapped(MessageView.Body(message)))
        {
            terminal.Text.Write(new Text(new string(' ', MessageView.Indent)));
            foreach (var letter in line.EnumerateRunes())
            {
                terminal.Text.Write(new Text(letter.ToString()));
                await Task.Delay(Keystroke, time, cancellationToken);
            }

            terminal.Text.WriteLine();
        }

        ShowBar();
    }

    /// <summary>Shows the execution's status and its new log lines.</summary>
    public void Show(ExecutionStatusEvent status)
    {
        HideBar();
        foreach (var entry in status.Logs)
        {
            var colour = entry.Level switch { "error" => "red", "warning" => "yellow", _ => "grey" };
            var when = $"{entry.Timestamp.ToLocalTime():HH:mm:ss}";
            terminal.Text.MarkupLine($"[grey]{when}  ·[/] [{colour}]{PlainText.EscapeLines(entry.Message, MessageView.Indent + 3)}[/]");
        }

        var bar = ProgressBar.Line(status.Status, status.Progress, status.CurrentPhase);
        if (!terminal.Live && bar != _bar)
            terminal.Text.MarkupLine(bar);
        _bar = bar;
        ShowBar();
    }

    /// <summary>Shows how the execution ended, and removes the bar.</summary>
    public void Show(ExecutionCompletionEvent completion)
    {
        HideBar();
        _bar = null;
        var (mark, colour) = completion.Status switch
        {
            ExecutionStatus.Completed => ("✓ completed", "green"),
            ExecutionStatus.Cancelled => ("– cancelled", "grey"),
            _ => ("✗ failed", "red"),
        };
        var why = completion.Error ?? Plain(completion.Result);
        terminal.Text.MarkupLine($"[{colour} bold]{mark}[/]{(why is null ? "" : "  " + PlainText.EscapeLines(why, indent: 2))}");
    }

    /// <summary>Shows something that is not a message, dimmed, between the messages.</summary>
    /// <param name="at">The time, if it is known.</param>
    public void Aside(string text, DateTimeOffset? at = null)
    {
        HideBar();
        var when = at is { } known ? $"{known.ToLocalTime():HH:mm:ss}" : "        ";
        terminal.Text.MarkupLine($"[grey]{when}  · {PlainText.Escape(text)}[/]");
        ShowBar();
    }

    /// <summary>Prints a note on standard error.</summary>
    public void Note(string text)
    {
        HideBar();
        terminal.Note(text);
        ShowBar();
    }

    /// <summary>Leaves the cursor on a new line, as a program should when it ends.</summary>
    public void End()
    {
        if (_barIsShown)
            terminal.Text.WriteLine();
        _barIsShown = false;
        _bar = null;
    }

    private static string? Plain(System.Text.Json.JsonElement? value) => value switch
    {
        null or { ValueKind: System.Text.Json.JsonValueKind.Null } => null,
        { ValueKind: System.Text.Json.JsonValueKind.String } text => text.GetString(),
        { } other => other.GetRawText(),
    };

    private void ShowHead(Message message)
    {
        var day = DateOnly.FromDateTime(message.Timestamp.LocalDateTime);
        if (day != _day)
            terminal.Text.MarkupLine($"[grey]── {day:yyyy-MM-dd} ──[/]");
        _day = day;
        terminal.Text.MarkupLine(MessageView.Head(message));
    }

    private void ShowBody(string body)
    {
        foreach (var line in Wrapped(body))
            terminal.Text.WriteLine(new string(' ', MessageView.Indent) + line);
    }

    // Wraps at words and indents each line, so that the text stays below the sender's name. Spectre would start the next line at the left edge.
    private IEnumerable<string> Wrapped(string body)
    {
        var width = Math.Max(20, terminal.Text.Profile.Width - MessageView.Indent - 1);
        foreach (var paragraph in body.Split('\n'))
        {
            var rest = paragraph.AsMemory().TrimEnd();
            while (rest.Length > width)
            {
                var space = rest.Span[..(width + 1)].LastIndexOf(' ');
                var cut = space > 0 ? space : width;
                yield return rest[..cut].ToString();
                rest = rest[cut..].TrimStart();
            }

            yield return rest.ToString();
        }
    }

    private void HideBar()
    {
        if (_barIsShown)
            terminal.EraseLine();
        _barIsShown = false;
    }

    private void ShowBar()
    {
        if (!terminal.Live || _bar is null)
            return;
        terminal.Text.Markup(_bar);
        _barIsShown = true;
    }
}
