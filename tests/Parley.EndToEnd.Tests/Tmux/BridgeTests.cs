using System.Text.Json;
using Parley.EndToEnd.Tests.Cli;
using Xunit;

namespace Parley.EndToEnd.Tests.Tmux;

/// <summary>Messages for agents that live in panes of a real tmux, on a real server.</summary>
public sealed class BridgeTests(RunningServer server) : IClassFixture<RunningServer>, IDisposable
{
    private const string Wake = "Parley: 1 message waiting. Read them with the parley inbox tool.";

    private readonly TmuxServer _tmux = new();

    private Dictionary<string, string> Environment => new(server.Environment.Concat(_tmux.Environment)) { ["XDG_STATE_HOME"] = _tmux.Folder };

    public void Dispose() => _tmux.Dispose();

    [Fact]
    public async Task Panes_become_agents_that_say_where_they_live()
    {
        var pane = await _tmux.OpenAsync("where");
        await _tmux.OpenShellAsync();

        var shown = await RunAsync("tmux", "adopt", "--dry-run");
        var adopted = await RunAsync("tmux", "adopt", "--register");
        var again = await RunAsync("tmux", "adopt");

        Assert.Equal($"{pane.Id} (main:0.0, claude): would be 'where-claude'.\n", shown.Output);
        Assert.Equal($"{pane.Id} (main:0.0, claude): is 'where-claude', which was registered.\n", adopted.Output);
        Assert.Equal($"{pane.Id} (main:0.0, claude): is 'where-claude'.\n", again.Output);
        var agent = (await AgentAsync("where-claude")).GetProperty("metadata").GetProperty("tmux");
        Assert.Equal((pane.Id, "claude", pane.Folder), (agent.GetProperty("pane").GetString(), agent.GetProperty("program").GetString(), agent.GetProperty("folder").GetString()));
        Assert.Equal("where-claude\n", await _tmux.RunAsync("display-message", "-p", "-t", pane.Id, "#{@parley_agent}"));

        await RunAsync("tmux", "release", "where-claude");
        Assert.Equal("\n", await _tmux.RunAsync("display-message", "-p", "-t", pane.Id, "#{@parley_agent}"));
    }

    [Fact]
    public async Task A_name_that_two_panes_would_have_goes_to_one_and_nothing_is_registered_unasked()
    {
        var first = await _tmux.OpenAsync("twins");
        Directory.CreateDirectory(Path.Combine(first.Folder, "sub"));
        var second = await _tmux.OpenAsync("twins/sub");
        Directory.Delete(Path.Combine(second.Folder, ".git"));

        var unasked = await RunAsync("tmux", "adopt", first.Id);
        var both = await RunAsync("tmux", "adopt", "--register");
        var named = await RunAsync("tmux", "adopt", $"{second.Id}=twin-2", "--register");

        Assert.Equal(3, unasked.ExitCode);
        Assert.Contains("'--register' registers it.", unasked.Error, StringComparison.Ordinal);
        Assert.Equal(7, both.ExitCode);
        Assert.Contains($"not adopted, because {first.Id} is 'twins-claude' already", both.Output, StringComparison.Ordinal);
        Assert.Contains("is 'twin-2', which was registered", named.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_wakes_its_idle_agent_which_reads_it_and_its_activity_is_known()
    {
        var pane = await AdoptedAsync("idle");
        using var bridge = new RunningBridge(Environment);

        await SendAsync("idle-claude", "The build is red.");
        await bridge.UntilAsync("idle-claude", wake => wake == ("submitted", null));

        await TmuxServer.UntilAsync(() => Task.FromResult(Read(pane).Contains("The build is red.")), "The agent did not read its message.");
        Assert.Equal([Wake], pane.Submitted);
        await ActivityAsync("idle-claude", "idle");
        await pane.DoAsync("busy");
        await ActivityAsync("idle-claude", "working");
        await pane.DoAsync("idle");
        await pane.DoAsync("dialog");
        await ActivityAsync("idle-claude", "blocked_on_human");
    }

    [Fact]
    public async Task A_wake_waits_for_a_dialog_to_be_closed_and_for_a_draft_to_be_gone()
    {
        var (asking, drafting) = (await AdoptedAsync("asking"), await AdoptedAsync("drafting"));
        await drafting.TypeAsync("half a thou");
        using var bridge = new RunningBridge(Environment);
        await SendAsync("drafting-claude", "For the drafting one.");
        await asking.DoAsync("dialog");
        await SendAsync("asking-claude", "For the asking one.");
        await ActivityAsync("asking-claude", "blocked_on_human");

        await asking.DoAsync("close");
        await _tmux.RunAsync("send-keys", "-t", drafting.Id, "C-u");

        await TmuxServer.UntilAsync(() => Task.FromResult(Read(asking).Count + Read(drafting).Count == 2), () => $"They did not read: {bridge.Notes}");
        Assert.False(asking.Has("accepted") || asking.Has("key_in_dialog") || asking.Has("empty_enter"));
        Assert.Equal([Wake], drafting.Submitted);
    }

    [Fact]
    public async Task A_pane_that_is_closed_is_told_to_the_server_and_one_that_is_opened_later_gets_what_waited()
    {
        var pane = await AdoptedAsync("closed");
        await _tmux.OpenShellAsync();
        await pane.DoAsync("busy");
        using var bridge = new RunningBridge(Environment);
        await ActivityAsync("closed-claude", "working");
        await _tmux.RunAsync("kill-pane", "-t", pane.Id);
        await SendAsync("closed-claude", "Later.");

        var later = await _tmux.OpenAsync("later", Inbox("closed-claude"));
        await RunAsync("tmux", "adopt", $"{later.Id}=closed-claude");

        await TmuxServer.UntilAsync(() => Task.FromResult(Read(later).Contains("Later.")), () => $"It was not read. {bridge.Notes}");
    }

    [Fact]
    public async Task A_bridge_outlives_the_server()
    {
        var pane = await AdoptedAsync("outlives");
        using var bridge = new RunningBridge(Environment);
        await SendAsync("outlives-claude", "Before.");
        await TmuxServer.UntilAsync(() => Task.FromResult(Read(pane).Count == 1), "The first was not read.");

        await server.RestartAsync();
        await SendAsync("outlives-claude", "After.");

        await TmuxServer.UntilAsync(() => Task.FromResult(Read(pane).Contains("After.")), () => $"The second was not read. {bridge.Notes}");
        Assert.Equal(["Before.", "After."], Read(pane));
    }

    private static IReadOnlyList<string> Read(StubPane pane) => MailOf(pane).Select(item => item.GetProperty("message").GetProperty("content").GetString()!).ToList();

    internal static IReadOnlyList<JsonElement> MailOf(StubPane pane) =>
    [
        .. pane.Log.Where(line => line.TryGetProperty("inbox", out var output) && output.GetString() is { Length: > 0 })
            .SelectMany(line => line.GetProperty("inbox").GetString()!.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .SelectMany(answer => JsonElement.Parse(answer).GetProperty("items").EnumerateArray()),
    ];

    private async Task<StubPane> AdoptedAsync(string name)
    {
        var pane = await _tmux.OpenAsync(name, Inbox($"{name}-claude"));
        var adopted = await RunAsync("tmux", "adopt", pane.Id, "--register");
        Assert.True(adopted.ExitCode == 0, adopted.Error);
        return pane;
    }

    private Dictionary<string, string> Inbox(string agent) => InboxOf(agent, Environment);

    internal static Dictionary<string, string> InboxOf(string agent, IReadOnlyDictionary<string, string> environment) => new()
    {
        ["STUB_INBOX"] = $"{Binary.Command(environment).FileName} inbox --ack --json --as {agent}",
        ["PARLEY_DATA"] = environment["PARLEY_DATA"],
        ["XDG_CONFIG_HOME"] = environment["XDG_CONFIG_HOME"],
    };

    private async Task SendAsync(string to, string text)
    {
        var sent = await RunAsync("send", to, text);
        Assert.True(sent.ExitCode == 0, sent.Error);
    }

    private async Task<JsonElement> AgentAsync(string id) =>
        JsonElement.Parse((await RunAsync("agents", "--json")).Output).GetProperty("items").EnumerateArray().First(agent => agent.GetProperty("agent_id").GetString() == id);

    private Task ActivityAsync(string agent, string activity) =>
        TmuxServer.UntilAsync(async () => (await AgentAsync(agent)).GetProperty("activity").GetString() == activity, $"{agent} is not {activity}.");

    private Task<CliRun> RunAsync(params string[] arguments) => Binary.RunAsync(Environment, arguments, TestContext.Current.CancellationToken);
}
