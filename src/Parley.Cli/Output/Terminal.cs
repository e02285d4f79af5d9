using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Parley.Cli.Output;

/// <summary>Where a command's answer goes: text for people or JSON for programs, on standard output. Errors and notes go to standard error, so that a
/// pipe gets only the answer.</summary>
internal sealed class Terminal
{
    // Redirected text is read by grep and other programs, and wrapping would break ids in two.
    private const int UnwrappedWidth = 4096;

    private readonly TextWriter _out;

    public Terminal(bool json)
    {
        Json = json;
        _out = StandardOutput.Open();
        Live = !json && IsTerminal(Console.IsOutputRedirected);
        Text = Create(_out, Live);
        Notes = Create(Console.Error, IsTerminal(Console.IsErrorRedirected));
    }

    /// <summary>Whether the answer is JSON. Then <see cref="Text"/> must not be written to.</summary>
    public bool Json { get; }

    /// <summary>Whether a person watches the output as it is written, so that lines may be redrawn and typed out.</summary>
    public bool Live { get; }

    /// <summary>Standard output.</summary>
    public IAnsiConsole Text { get; }

    /// <summary>Standard error.</summary>
    public IAnsiConsole Notes { get; }

    /// <summary>Writes one JSON document on its own line.</summary>
    public void WriteJson<T>(T value, JsonTypeInfo<T> type) => _out.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>Writes one JSON document on its own line, on standard error.</summary>
    public void WriteJsonError<T>(T value, JsonTypeInfo<T> type) => Console.Error.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>Writes a line as it is, on standard output.</summary>
    public void WriteLine(string line) => _out.WriteLine(line);

    /// <summary>Prints a note, dimmed, on standard error.</summary>
    public void Note(string text) => Notes.MarkupLine($"[grey]{PlainText.EscapeLines(text, indent: 2)}[/]");

    /// <summary>Erases the current line. Only if <see cref="Live"/>.</summary>
    public void EraseLine() => _out.Write("\r\u001b[2K");

    /// <summary>Writes lines in place of those that were written last. Only if <see cref="Live"/>.</summary>
    /// <param name="above">How many were written last; 0 for none.</param>
    /// <returns>How many were written.</returns>
    public int Redraw(int above, IReadOnlyList<string> lines)
    {
        if (above > 0)
            _out.Write(string.Create(CultureInfo.InvariantCulture, $"\u001b[{above}A"));
        foreach (var line in lines)
        {
            // A line that wraps would be two, and the count wrong.
            var indent = line.Length - line.TrimStart().Length;
            _out.Write($"\r\u001b[2K{line[..indent]}{PlainText.Line(line, Math.Max(Text.Profile.Width - indent - 1, 20))}\n");
        }

        if (lines.Count < above)
            _out.Write("\u001b[J");
        return lines.Count;
    }

    private static bool IsTerminal(bool redirected) =>
        !redirected && Environment.GetEnvironmentVariable("TERM") != "dumb";

    private static IAnsiConsole Create(TextWriter writer, bool terminal)
    {
        // https://no-color.org: set and not empty.
        var colours = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = colours ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        if (!terminal)
            console.Profile.Width = UnwrappedWidth;
        return console;
    }
}
