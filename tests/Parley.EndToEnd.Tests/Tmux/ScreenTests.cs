using System.Globalization;
using Parley.Cli.Tmux;
using Xunit;

namespace Parley.EndToEnd.Tests.Tmux;

/// <summary>States of programs by their screens. Those in <c>Screens</c> were recorded from the real programs: cursor and title, then the screen as
/// <c>tmux capture-pane -e</c> printed it.</summary>
public sealed class ScreenTests
{
    private const string Wake = "Parley: 2 messages waiting. Read them with the parley inbox tool.";

    [Theory]
    [InlineData("claude-idle", "idle")]
    [InlineData("claude-idle-after-a-turn", "idle")]
    [InlineData("claude-draft", "draft: please runtool now")]
    [InlineData("claude-draft-of-lines", "draft: line one is here\nline two is there\nline three")]
    [InlineData("claude-busy", "busy")]
    [InlineData("claude-trust", "dialog")]
    [InlineData("claude-permission", "dialog")]
    [InlineData("codex-idle", "idle")]
    [InlineData("codex-idle-after-a-turn", "idle")]
    [InlineData("codex-draft", "draft: please runtool now")]
    [InlineData("codex-draft-of-lines", "draft: line one is here\nline two is there\nline three")]
    [InlineData("codex-busy", "busy")]
    [InlineData("codex-permission", "dialog")]
    [InlineData("gemini-idle", "idle")]
    [InlineData("gemini-draft", "draft: please runtool now")]
    [InlineData("gemini-choice", "dialog")]
    [InlineData("copilot-idle", "idle")]
    [InlineData("copilot-idle-after-a-turn", "idle")]
    [InlineData("copilot-draft", "draft: please runtool now")]
    [InlineData("copilot-draft-of-lines", "draft: line one is here\nline two is there\nline three")]
    [InlineData("copilot-busy", "busy")]
    [InlineData("copilot-trust", "dialog")]
    public void A_real_screen_is_read_as_what_it_is(string name, string expected)
    {
        var (harness, pane, lines) = Recorded(name);

        Assert.Equal(expected, Word(ScreenReader.Read(harness, pane, lines)));
    }

    /// <summary>A program that ended may leave its last screen, and a model can write what looks like an empty input.</summary>
    [Theory]
    [InlineData("claude-idle")]
    [InlineData("codex-idle")]
    [InlineData("gemini-idle")]
    [InlineData("copilot-idle")]
    public void An_empty_input_that_the_cursor_is_not_in_is_not_idle(string name)
    {
        var (harness, pane, lines) = Recorded(name);

        Assert.IsNotType<ScreenState.IdleState>(ScreenReader.Read(harness, pane with { CursorY = 3 }, lines));
        Assert.IsType<ScreenState.Unknown>(ScreenReader.Read(null, pane, lines));
        Assert.IsType<ScreenState.Unknown>(ScreenReader.Read(PaneHarness.Goose, pane, lines));
    }

    [Theory]
    [InlineData("> ", 0, "idle", ">")]
    [InlineData("> ", 2, "idle", "> one", "done", ">")]
    [InlineData("> ", 0, "draft: git st", "> git st")]
    [InlineData("> ", 1, "draft: a long one that goeson", "> a long one that goes", "on")]
    [InlineData("> ", 1, "busy", "> sleep 9", "")]
    [InlineData("> ", 2, "busy", ">", "> sleep 9", "")]
    [InlineData("> ", 0, "busy", "Password:")]
    public void A_program_with_a_given_prompt_is_idle_at_that_prompt_alone(string prompt, int cursor, string expected, params string[] lines)
    {
        var pane = APane() with { Prompt = prompt, CursorY = cursor };

        Assert.Equal(expected, Word(ScreenReader.Read(null, pane, StyledLine.Read(lines))));
    }

    [Theory]
    [InlineData("Parley: 2 messages waiting. Read them\n  with the parley inbox tool.", true)]
    [InlineData("Parley: 14 messages waiting. Read them with the parley inbox tool.", true)]
    [InlineData("Parley: 1 message waiting. Read them with the parley inbox tool.", true)]
    [InlineData("Parley: 2 messages waiting. Read them with the parley inbox tool. And delete them.", false)]
    [InlineData("please Parley: 2 messages waiting. Read them with the parley inbox tool.", false)]
    [InlineData("", false)]
    public void Only_a_whole_wake_text_is_ours(string draft, bool isOurs) => Assert.Equal(isOurs, WakeText.IsOurs(draft, Wake));

    [Fact]
    public void A_text_is_counted_however_it_is_wrapped()
    {
        var lines = StyledLine.Read(["> Parley: 2 messages wai", "ting. Read them with the", " parley inbox tool.", "", $"> {Wake}"]);

        Assert.Equal(2, ScreenReader.Count(lines, Wake));
    }

    [Fact]
    public void A_list_of_panes_is_read_whatever_names_titles_and_folders_hold()
    {
        var line = string.Join('\t', "%7", "4242", "main: a|b:0.1", "node", "0", "1", "80", "24", "2", "20", "13", "1795868621", "0", "0", "be-1", "", "✳ a|b", "/home/a b/\tc");

        var pane = Pane.Parse("/tmp/s", line)!;

        Assert.Equal((new PaneAddress("/tmp/s", "%7"), 4242, "main: a|b:0.1", true), (pane.Address, pane.Pid, pane.Place, pane.IsInMode));
        Assert.Equal(("be-1", null, "✳ a|b", "/home/a b/\tc"), (pane.Agent, pane.Prompt, pane.Title, pane.Folder));
        Assert.Null(Pane.Parse("/tmp/s", ""));
        Assert.Null(Pane.Parse("/tmp/s", "%7"));
        Assert.Equal(pane.Address, PaneAddress.Parse(pane.Address.ToString()));
        Assert.All(["%7", "x %", "x 7", "x %7a"], text => Assert.Null(PaneAddress.Parse(text)));
    }

    [Fact]
    public void The_program_nearest_to_the_panes_process_is_its_harness()
    {
        var tree = new ProcessTree(
        [
            new(1, 0, "tmux: server", ["tmux"]), new(10, 1, "bash", ["-bash"]), new(11, 10, "node", ["node", "--max-old-space-size=1", "/usr/bin/gemini", "--yolo"]),
            new(12, 11, "codex", ["/opt/codex", "exec"]), new(20, 1, "bash", ["bash"]), new(21, 20, "MainThread", ["/opt/.bin/copilot-linux-x64"]),
            new(30, 1, "bash", ["bash"]), new(31, 30, "vim", ["vim", "claude"]), new(40, 1, "python3", ["/usr/bin/python3.13", "/usr/bin/aider"]),
            new(50, 1, "bash", ["bash"]), new(51, 50, "claude", ["claude"]), new(60, 60, "sh", ["sh"]),
        ]);

        Assert.Equal((PaneHarness.Gemini, 11), tree.HarnessUnder(10));
        Assert.Equal((PaneHarness.Copilot, 21), tree.HarnessUnder(20));
        Assert.Null(tree.HarnessUnder(30));
        Assert.Equal((PaneHarness.Aider, 40), tree.HarnessUnder(40));
        Assert.Equal((PaneHarness.Claude, 51), tree.HarnessUnder(50));
        Assert.Null(tree.HarnessUnder(60));
        Assert.Null(tree.HarnessUnder(99));
    }

    [Theory]
    [InlineData("given", "kept", "given")]
    [InlineData("not an id", "kept", "kept")]
    [InlineData(null, "kept", "kept")]
    [InlineData(null, null, "shop-x-claude")]
    public void What_a_person_said_names_an_agent_before_its_folder_does(string? given, string? kept, string expected) =>
        Assert.Equal(expected, AgentNames.Of(given, kept, "/nowhere/shop x/", PaneHarness.Claude));

    [Fact]
    public void The_folder_of_an_unknown_program_names_nothing() => Assert.Null(AgentNames.Of(null, null, "/nowhere/shop", null));

    internal static Pane APane() => new() { Address = new PaneAddress("/tmp/s", "%1"), Pid = 1, Place = "main:0.0" };

    private static (PaneHarness Harness, Pane Pane, IReadOnlyList<StyledLine> Lines) Recorded(string name)
    {
        var all = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Tmux", "Screens", $"{name}.screen")).Split('\n');
        var first = all[0].Split(' ', 3);
        var pane = APane() with { CursorX = Number(first[0]), CursorY = Number(first[1]), Title = first[2] };
        return (Enum.Parse<PaneHarness>(name.Split('-')[0], ignoreCase: true), pane, StyledLine.Read(all.Skip(1)));
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Word(ScreenState state) => state switch
    {
        ScreenState.IdleState => "idle",
        ScreenState.BusyState => "busy",
        ScreenState.Draft draft => $"draft: {draft.Text}",
        ScreenState.Dialog => "dialog",
        ScreenState.Unknown unknown => $"unknown: {unknown.Why}",
        _ => "?",
    };
}
