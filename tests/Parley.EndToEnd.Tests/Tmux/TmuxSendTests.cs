using System.Diagnostics;
using System.Globalization;
using Parley.EndToEnd.Tests.Cli;
using Xunit;

namespace Parley.EndToEnd.Tests.Tmux;

/// <summary><c>parley tmux send</c> in a real tmux: what is typed into which pane, and when.</summary>
public sealed class TmuxSendTests : IDisposable
{
    private const string Text = "Please look at the build";

    private readonly TmuxServer _tmux = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _tmux.Dispose();

    [Fact]
    public async Task A_line_is_submitted_once()
    {
        var pane = await _tmux.OpenAsync("shop");

        var sent = await SendAsync(pane.Id);

        Assert.Equal((0, $"{pane.Id}: submitted\n"), (sent.ExitCode, sent.Output));
        Assert.Equal([Text], pane.Submitted);
    }

    [Fact]
    public async Task Enter_is_pressed_again_if_the_program_swallows_it()
    {
        // The Enter after 200 ms is swallowed, and so is that after 400 ms.
        var pane = await _tmux.OpenAsync("shop", Variable("STUB_SWALLOW", "500"));

        var sent = await SendAsync(pane.Id);

        Assert.Equal((0, $"{pane.Id}: submitted\n"), (sent.ExitCode, sent.Output));
        Assert.True(pane.Has("swallowed"));
        Assert.Equal([Text], pane.Submitted);
    }

    [Fact]
    public async Task A_text_that_wraps_in_a_narrow_pane_is_recognized()
    {
        var pane = await _tmux.OpenAsync("shop", size: (16, 24));

        Assert.Equal(0, (await SendAsync(pane.Id)).ExitCode);
        Assert.Equal([Text], pane.Submitted);
    }

    [Fact]
    public async Task Nothing_is_typed_into_a_dialog_and_the_text_goes_when_it_is_closed()
    {
        var pane = await _tmux.OpenAsync("shop");
        await pane.DoAsync("dialog");

        var refused = await SendAsync(pane.Id, wait: 1);
        Assert.Equal((1, $"{pane.Id}: failed: it asks something: Esc to cancel · Tab to amend\n"), (refused.ExitCode, refused.Output));

        var waiting = SendAsync(pane.Id, wait: 60);
        await pane.DoAsync("close");
        Assert.Equal(0, (await waiting).ExitCode);
        Assert.Equal([Text], pane.Submitted);
        Assert.False(pane.Has("accepted") || pane.Has("key_in_dialog"));
    }

    [Fact]
    public async Task A_half_typed_draft_is_left_alone()
    {
        var pane = await _tmux.OpenAsync("shop");
        await pane.TypeAsync("half a thou");

        var refused = await SendAsync(pane.Id, wait: 1);

        Assert.Equal((1, $"{pane.Id}: failed: there is other text at its prompt\n"), (refused.ExitCode, refused.Output));
        Assert.Contains("half a thou", await _tmux.ScreenAsync(pane.Id), StringComparison.Ordinal);
        Assert.Empty(pane.Submitted);
    }

    [Fact]
    public async Task A_busy_program_is_waited_for()
    {
        var pane = await _tmux.OpenAsync("shop");
        await pane.DoAsync("busy");
        Assert.Equal($"{pane.Id}: failed: it was busy all the time\n", (await SendAsync(pane.Id, wait: 1)).Output);

        var waiting = SendAsync(pane.Id, wait: 60);
        await pane.DoAsync("idle");
        Assert.Equal(0, (await waiting).ExitCode);
        Assert.Equal([Text], pane.Submitted);
    }

    [Fact]
    public async Task A_person_who_reads_in_copy_mode_is_not_disturbed_unless_that_is_wanted()
    {
        var pane = await _tmux.OpenAsync("shop");
        await _tmux.RunAsync("copy-mode", "-t", pane.Id);
        Assert.Equal($"{pane.Id}: failed: it is in copy mode\n", (await SendAsync(pane.Id, wait: 1)).Output);
        Assert.Equal("1\n", await _tmux.RunAsync("display-message", "-p", "-t", pane.Id, "#{pane_in_mode}"));

        var sent = await RunAsync("tmux", "send", pane.Id, Text, "--leave-copy-mode");

        Assert.Equal($"{pane.Id}: submitted\n", sent.Output);
        Assert.Equal([Text], pane.Submitted);
    }

    [Fact]
    public async Task A_plain_shell_gets_nothing_unless_its_prompt_was_given()
    {
        var shell = await _tmux.OpenShellAsync();

        var refused = await RunAsync("tmux", "send", shell, "touch typed", "--wait", "1");
        await _tmux.RunAsync("set-option", "-p", "-t", shell, "@parley_prompt", "$ ");
        var sent = await RunAsync("tmux", "send", shell, "touch typed", "--wait", "60");

        Assert.Equal((1, $"{shell}: failed: no agent program that Parley knows runs in it\n"), (refused.ExitCode, refused.Output));
        Assert.Equal((0, $"{shell}: submitted\n"), (sent.ExitCode, sent.Output));
        await TmuxServer.UntilAsync(() => Task.FromResult(File.Exists(Path.Combine(_tmux.Folder, "typed"))), "The shell did not run it.");
    }

    /// <summary>The shell below it would run the text.</summary>
    [Fact]
    public async Task Nothing_is_typed_after_the_program_has_ended()
    {
        var pane = await _tmux.OpenAsync("shop");
        await pane.DoAsync("exit");
        await TmuxServer.UntilAsync(async () => (await _tmux.RunAsync("display-message", "-p", "-t", pane.Id, "#{pane_current_command}")).Trim() == "bash", "The stub did not end.");

        var refused = await SendAsync(pane.Id, wait: 1);

        Assert.Equal((1, $"{pane.Id}: failed: no agent program that Parley knows runs in it\n"), (refused.ExitCode, refused.Output));
        Assert.DoesNotContain("Please", await _tmux.ScreenAsync(pane.Id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pane_that_is_closed_meanwhile_or_never_was_is_told()
    {
        var pane = await _tmux.OpenAsync("shop");
        await _tmux.OpenShellAsync();
        await pane.DoAsync("busy");

        var waiting = SendAsync(pane.Id, wait: 60);
        await _tmux.RunAsync("kill-pane", "-t", pane.Id);
        var never = await SendAsync("%99");

        Assert.Contains(((await waiting).ExitCode, (await waiting).Output), new[] { (1, $"{pane.Id}: failed: the pane is closed\n"), (3, "") });
        Assert.Equal(3, never.ExitCode);
        Assert.Contains("There is no pane '%99'.", never.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_says_what_runs_where_and_who_it_would_be()
    {
        var pane = await _tmux.OpenAsync("shop");
        await pane.DoAsync("dialog");

        var lines = (await RunAsync("tmux", "list", "--json")).Lines;

        var line = System.Text.Json.JsonElement.Parse(Assert.Single(lines));
        Assert.Equal(("claude", "shop-claude", "dialog"), (line.GetProperty("program").GetString(), line.GetProperty("suggestion").GetString(), line.GetProperty("state").GetString()));
        Assert.Equal(pane.Folder, line.GetProperty("folder").GetString());
    }

    [Fact]
    public async Task Without_tmux_it_says_what_to_do()
    {
        await _tmux.OpenShellAsync();

        var run = await Binary.RunAsync(
            Binary.Command(new Dictionary<string, string>(_tmux.Environment) { ["PATH"] = "/nowhere" }, "tmux", "list"), Cancel);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Install tmux", run.Error, StringComparison.Ordinal);
    }

    private Task<CliRun> SendAsync(string pane, int wait = 60) => RunAsync("tmux", "send", pane, Text, "--wait", wait.ToString(CultureInfo.InvariantCulture));

    private Task<CliRun> RunAsync(params string[] arguments) => Binary.RunAsync(_tmux.Environment, arguments, Cancel);

    private static Dictionary<string, string> Variable(string name, string value) => new() { [name] = value };
}
