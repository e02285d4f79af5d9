using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Parley.Cli.Output;

/// <summary>Where a command's answer goes: text for a person or JSON for a program, on standard output.
/// What goes wrong, and what is said by the way, goes to standard error, so that a pipe sees the answer alone.</summary>
internal sealed class Terminal
{
    // Redirected text is read by grep and by other programs: a wrapped line would break an id in two.
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

    /// <summary>Whether a person looks at it as it is written: lines may be redrawn and typed out.</summary>
    public bool Live { get; }

    /// <summary>Standard output.</summary>
    public IAnsiConsole Text { get; }

    /// <summary>Standard error.</summary>
    public IAnsiConsole Notes { get; }

    /// <summary>Writes one JSON document on a line of its own.</summary>
    public void WriteJson<T>(T value, JsonTypeInfo<T> type) => _out.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>Writes one JSON document on a line of its own, on standard error.</summary>
    public void WriteJsonError<T>(T value, JsonTypeInfo<T> type) => Console.Error.WriteLine(JsonSerializer.Serialize(value, type));

    /// <summary>Writes a line as it is, on standard output.</summary>
    public void WriteLine(string line) => _out.WriteLine(line);

    /// <summary>Says something by the way, dimmed, on standard error.</summary>
    public void Note(string text) => Notes.MarkupLine($"[grey]{PlainText.EscapeLines(text, indent: 2)}[/]");

    /// <summary>Takes back the line that was begun; only where <see cref="Live"/>.</summary>
    public void EraseLine() => _out.Write("\r\u001b[2K");

    private static bool IsTerminal(bool redirected) =>
        !redirected && Environment.GetEnvironmentVariable("TERM") != "dumb";

    private static IAnsiConsole Create(TextWriter writer, bool terminal)
    {
        // https://no-color.org: present and not empty.
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
