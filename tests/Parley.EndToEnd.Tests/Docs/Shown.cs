using System.Text.Json;
using System.Text.RegularExpressions;

namespace Parley.EndToEnd.Tests.Docs;

/// <summary>What a page says that a command prints, held against what it printed: ids, times, and the like differ from run to run.</summary>
internal static partial class Shown
{
    /// <summary>Each line in its place; a line of three dots stands for any number of lines.</summary>
    public static bool IsOutput(string expected, string actual)
    {
        var pattern = string.Concat(Lines(expected).Select(line => line == "..." ? @"(.*\n)*?" : Regex.Escape(line) + "\n"));
        return Regex.IsMatch(string.Concat(Lines(actual).Select(line => line + "\n")), $"^{pattern}$", RegexOptions.ExplicitCapture, TimeSpan.FromMinutes(1));
    }

    /// <summary>Each line of the page comes, in that order, whatever else comes between and around them.</summary>
    public static bool IsAmong(string expected, string actual)
    {
        var left = new Queue<string>(Lines(expected).Where(line => line != "..."));
        foreach (var line in Lines(actual))
        {
            if (left.TryPeek(out var next) && line == next)
                left.Dequeue();
        }

        return left.Count == 0;
    }

    /// <summary>The same members with the same values, in any order and layout.</summary>
    public static bool IsJson(string expected, string actual)
    {
        using var ours = JsonDocument.Parse(Steady(expected));
        using var theirs = JsonDocument.Parse(Steady(actual));
        return JsonElement.DeepEquals(ours.RootElement, theirs.RootElement);
    }

    /// <summary>The text without what differs from run to run.</summary>
    public static string Steady(string text)
    {
        text = Ids().Replace(text, "ID");
        text = Moments().Replace(text, "TIME");
        text = Clocks().Replace(text, "CLOCK");
        text = Secrets().Replace(text, "TOKEN");
        text = Places().Replace(text, "PLACE");
        return Spans().Replace(text, "SPAN");
    }

    private static IEnumerable<string> Lines(string text) =>
        Steady(text).Split('\n').Select(line => Columns().Replace(line.Trim(), " ")).Where(line => line.Length > 0);

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<=/agents/[A-Za-z0-9._-]+-)[0-9a-f]{16}(?=[.]token)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Ids();

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.]\d+)?(Z|[+]\d\d:\d\d)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Moments();

    [GeneratedRegex(@"\d\d:\d\d:\d\d", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Clocks();

    [GeneratedRegex("parley_(admin|operator|agent|join|observer|ticket)_[A-Za-z0-9_-]+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Secrets();

    [GeneratedRegex(@"\b\d{10}-\d+\b", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Places();

    [GeneratedRegex(@"\b\d+ (ms|s|min)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Spans();

    [GeneratedRegex(" {2,}", RegexOptions.None, matchTimeoutMilliseconds: 60_000)]
    private static partial Regex Columns();
}
