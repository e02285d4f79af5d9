using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Output;

/// <summary>A list as aligned columns without borders, for people and for <c>awk</c>.</summary>
internal static class Listing
{
    /// <summary>Writes headings and rows. Each cell is Spectre markup, escaped by the caller.</summary>
    public static void Write(Terminal terminal, IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().NoBorder();
        for (var index = 0; index < headings.Count; index++)
        {
            var gap = index < headings.Count - 1 ? 2 : 0;
            table.AddColumn(new TableColumn($"[grey]{headings[index]}[/]") { Padding = new Padding(0, 0, gap, 0) });
        }

        foreach (var row in rows)
            table.AddRow([.. row]);
        terminal.Text.Write(table);
    }

    /// <summary>Writes the first page of a list, and says if there are no items, or more than these.</summary>
    public static void WritePage<T>(Terminal terminal, IReadOnlyList<string> headings, Page<T> page, Func<T, IReadOnlyList<string>> row, string nothing)
    {
        if (page.Items.Count == 0)
        {
            terminal.Note(nothing);
            return;
        }

        Write(terminal, headings, page.Items.Select(row));
        if (page.Next is not null)
            terminal.Note("There are more: --limit shows up to 500.");
    }

    /// <summary>Writes the details of one item, one per line. Null and empty values are left out.</summary>
    public static void WriteFacts(Terminal terminal, IReadOnlyList<(string Name, string? Value)> facts)
    {
        var known = facts.Where(fact => !string.IsNullOrEmpty(fact.Value)).ToArray();
        var width = known.Max(fact => fact.Name.Length);
        foreach (var (name, value) in known)
            terminal.Text.MarkupLine($"[grey]{name.PadRight(width)}[/]  {PlainText.EscapeLines(value, indent: width + 2)}");
    }

    /// <summary>Who paused it, when, and why, as markup; <c>-</c> if it is not paused.</summary>
    public static string Paused(Pause? pause, TimeProvider clock) =>
        pause is null ? "-" : $"[yellow]{PlainText.EscapeLine(PausedText(pause, clock), 80)}[/]";

    /// <summary>Who paused it, when, and why.</summary>
    public static string PausedText(Pause pause, TimeProvider clock)
    {
        var by = pause.PausedBy is { } who ? $" by {who}" : "";
        var since = pause.PausedAt is { } at ? $" {Since(at, clock)}" : "";
        var why = pause.Reason is { } reason ? $": {reason}" : "";
        return $"paused{by}{since}{why}";
    }

    /// <summary>When that was, in a sentence: <c>now</c>, <c>12 s ago</c>.</summary>
    public static string Since(DateTimeOffset time, TimeProvider clock) => Ago(time, clock) is var age && age == "now" ? age : $"{age} ago";

    /// <summary>How long ago, for a person: <c>12 s</c>, <c>5 min</c>, <c>3 h</c>, <c>2 d</c>.</summary>
    public static string Ago(DateTimeOffset? time, TimeProvider clock)
    {
        if (time is not { } then)
            return "-";
        var age = clock.GetUtcNow() - then;
        return age switch
        {
            { TotalSeconds: < 1 } => "now",
            { TotalSeconds: < 60 } => $"{age.TotalSeconds:0} s",
            { TotalMinutes: < 60 } => $"{age.TotalMinutes:0} min",
            { TotalHours: < 48 } => $"{age.TotalHours:0} h",
            _ => $"{age.TotalDays:0} d",
        };
    }
}
