using System.Globalization;

namespace Parley.Cli.Tmux;

/// <summary>Where a pane is: the path of its tmux server's socket, and its id there (<c>%7</c>). Names and indexes of windows change; the id does not.</summary>
internal sealed record PaneAddress(string Socket, string Id)
{
    /// <summary>The reverse of <see cref="ToString"/>; null if it is not an address.</summary>
    public static PaneAddress? Parse(string text) =>
        text.LastIndexOf(' ') is > 0 and var at && IsId(text[(at + 1)..]) ? new PaneAddress(text[..at], text[(at + 1)..]) : null;

    public static bool IsId(string text) => text.Length is > 1 and < 12 && text[0] == '%' && text.AsSpan(1).IndexOfAnyExceptInRange('0', '9') < 0;

    public override string ToString() => $"{Socket} {Id}";
}

/// <summary>A pane as tmux lists it.</summary>
internal sealed record Pane
{
    // Tmux removes control characters from names and titles. A folder may contain a tab, so it is the last field.
    private const char Separator = '\t';
    private const int Fields = 18;

    /// <summary>The pane option that names the pane's agent. It stays when Parley is not running.</summary>
    public const string AgentOption = "@parley_agent";

    /// <summary>The pane option with the text of the empty prompt of a program that Parley does not know. Only an operator sets it.</summary>
    public const string PromptOption = "@parley_prompt";

    /// <summary>What to ask tmux for.</summary>
    public static string Format { get; } = string.Join(Separator,
    [
        "#{pane_id}", "#{pane_pid}", "#{session_name}:#{window_index}.#{pane_index}", "#{pane_current_command}", "#{pane_dead}", "#{pane_in_mode}",
        "#{pane_width}", "#{pane_height}", "#{cursor_x}", "#{cursor_y}", "#{history_size}", "#{window_activity}", "#{pane_input_off}", "#{pane_synchronized}",
        $"#{{{AgentOption}}}", $"#{{{PromptOption}}}", "#{pane_title}", "#{pane_current_path}",
    ]);

    public required PaneAddress Address { get; init; }

    /// <summary>The process that the pane was started with, often a shell.</summary>
    public required int Pid { get; init; }

    /// <summary>Where a person finds it: <c>session:window.pane</c>.</summary>
    public required string Place { get; init; }

    public string Command { get; init; } = "";
    public bool IsDead { get; init; }

    /// <summary>Whether it is in copy mode or another mode of tmux, which takes the keys.</summary>
    public bool IsInMode { get; init; }

    public int Width { get; init; }
    public int Height { get; init; }
    public int CursorX { get; init; }
    public int CursorY { get; init; }
    public string HistorySize { get; init; } = "";
    public string WindowActivity { get; init; } = "";

    /// <summary>Whether somebody switched its input off (<c>select-pane -d</c>).</summary>
    public bool IsInputOff { get; init; }

    /// <summary>Whether tmux gives what is typed here to all panes of the window (<c>synchronize-panes</c>).</summary>
    public bool IsSynchronized { get; init; }

    /// <summary>The agent that it was adopted as; null if it was not adopted.</summary>
    public string? Agent { get; init; }

    /// <summary>The text of the empty prompt, if an operator gave one.</summary>
    public string? Prompt { get; init; }

    public string Title { get; init; } = "";
    public string Folder { get; init; } = "";

    /// <summary>Differs whenever something may have changed on its screen.</summary>
    public string Fingerprint => string.Join(Separator, WindowActivity, HistorySize, CursorX, CursorY, Title, Command, Pid, IsDead, IsInMode, Width, Height);

    /// <returns>Null if the line is not one of <see cref="Format"/>, such as the empty one for a pane that is gone.</returns>
    public static Pane? Parse(string socket, string line)
    {
        var fields = line.TrimEnd('\r', '\n').Split(Separator, Fields);
        if (fields.Length != Fields || !PaneAddress.IsId(fields[0]) || !Number(fields[1], out var pid))
            return null;
        return new Pane
        {
            Address = new PaneAddress(socket, fields[0]),
            Pid = pid,
            Place = fields[2],
            Command = fields[3],
            IsDead = fields[4] == "1",
            IsInMode = fields[5] is not ("" or "0"),
            Width = Number(fields[6], out var width) ? width : 0,
            Height = Number(fields[7], out var height) ? height : 0,
            CursorX = Number(fields[8], out var x) ? x : 0,
            CursorY = Number(fields[9], out var y) ? y : 0,
            HistorySize = fields[10],
            WindowActivity = fields[11],
            IsInputOff = fields[12] == "1",
            IsSynchronized = fields[13] == "1",
            Agent = NonEmpty(fields[14]),
            Prompt = NonEmpty(fields[15]),
            Title = fields[16],
            Folder = fields[17],
        };
    }

    private static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static string? NonEmpty(string text) => text.Length == 0 ? null : text;
}
