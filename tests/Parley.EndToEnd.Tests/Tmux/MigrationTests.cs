using System.Text.Json;
using Parley.EndToEnd.Tests.Cli;
using Xunit;

namespace Parley.EndToEnd.Tests.Tmux;

/// <summary>Fleets that move from tmux to Parley, with stub agents in a real tmux and a real server.</summary>
public sealed class MigrationTests(RunningServer server) : IClassFixture<RunningServer>, IDisposable
{
    private readonly TmuxServer _tmux = new();
    private readonly Dictionary<string, StubPane> _panes = [];
    private readonly HashSet<string> _sent = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Dictionary<string, string> Environment => new(server.Environment.Concat(_tmux.Environment)) { ["XDG_STATE_HOME"] = Path.Combine(_tmux.Folder, "state") };

    public void Dispose() => _tmux.Dispose();

    /// <summary>Whoever writes to an agent types while its pane is not in Parley, and sends when it is.</summary>
    [Fact]
    public async Task Ten_panes_move_in_batches_one_goes_back_the_server_is_killed_and_every_message_is_seen_once()
    {
        for (var number = 0; number < 10; number++)
            await OpenAsync($"mover{number}");
        await RunAsync(0, "plan", "--batch-size", "4", "--dual-minutes", "0");
        Assert.Equal(["1", "2", "2", "2", "2", "3", "3", "3", "3", "4"], (await StatusAsync()).Select(pane => pane.GetProperty("batch").GetString()));
        await TypeToAllAsync("first", _panes.Keys);
        using var bridge = new RunningBridge(Environment);

        await RunAsync(0, "run", "--wait", "60");
        await RunAsync(0, "run", "--wait", "60");
        await SendToAllAsync("second", Of("1", "2"));
        await server.RestartAsync();
        await TypeToAllAsync("second", Of("3", "4"));

        // Killed in the middle, and run again.
        var killed = Binary.RunAsync(Binary.CommandOf("timeout", Environment, ["-s", "KILL", "1", Binary.Command(Environment).FileName, "migrate", "tmux", "run"]), Cancel);
        await SendToAllAsync("third", Of("1", "2"));
        await killed;
        await RunAsync(0, "run", "--wait", "60");
        await server.RestartAsync();
        await SendToAllAsync("fourth", Of("1", "2", "3"));
        await RunAsync(0, "rollback", "--batch", "2", "--wait", "60");
        await TypeToAllAsync("fifth", Of("2"));
        await RunAsync(0, "run", "--wait", "60");
        await SendToAllAsync("fifth", Of("1", "3", "4"));

        await TmuxServer.UntilAsync(() => Task.FromResult(Seen().Count >= _sent.Count), () => $"Not seen: {string.Join(", ", _sent.Except(Seen()))}. {bridge.Notes}");
        Assert.Equal(_sent.Order(StringComparer.Ordinal), Seen().Order(StringComparer.Ordinal));
        Assert.All(_panes.Values, pane => Assert.False(pane.Has("empty_enter") || pane.Has("accepted")));
        Assert.Equal(["migrated", "rolled_back", "migrated", "migrated"], (await StatusAsync()).DistinctBy(pane => pane.GetProperty("batch").GetString()).Select(pane => pane.GetProperty("state").GetString()));
        var finished = await RunAsync(0, "finish");
        Assert.Contains("Still woken by typing, so keep 'parley tmux bridge' running: mover0-claude", finished.Error, StringComparison.Ordinal);
        Assert.Equal(3, (await RunAsync(3, "status")).ExitCode);
    }

    [Fact]
    public async Task A_batch_whose_agents_do_not_read_is_told_and_taken_back()
    {
        var pane = await OpenAsync("deaf", listens: false);
        await RunAsync(0, "plan");

        var run = await RunAsync(4, "run", "--wait", "3");
        Assert.Contains("Not all agents of batch 1 have read their mail yet.", run.Error, StringComparison.Ordinal);
        Assert.Contains("deaf-claude: 1 not read, though a wake was submitted after they came.", run.Error, StringComparison.Ordinal);
        Assert.Equal(7, (await RunAsync(7, "plan")).ExitCode);

        var back = await RunAsync(0, "rollback", "--all", "--wait", "0");
        Assert.Contains("1 message still waits for 'deaf-claude': parley inbox --as deaf-claude --ack", back.Error, StringComparison.Ordinal);
        Assert.Equal("\n", await _tmux.RunAsync("display-message", "-p", "-t", pane.Id, "#{@parley_agent}"));
    }

    private async Task<StubPane> OpenAsync(string name, bool listens = true)
    {
        var variables = listens ? BridgeTests.InboxOf($"{name}-claude", Environment) : [];
        // They read even while the server starts again.
        if (variables.TryGetValue("STUB_INBOX", out var inbox))
            variables["STUB_INBOX"] = $"for i in 1 2 3 4 5 6 7 8 9; do {inbox} && break; sleep 1; done";
        return _panes[$"{name}-claude"] = await _tmux.OpenAsync(name, variables);
    }

    private IReadOnlyList<string> Of(params string[] batches) =>
        [.. _panes.Keys.Where(agent => batches.Contains(agent switch { "mover0-claude" => "1", "mover9-claude" => "4", _ => agent[5] <= '4' ? "2" : "3" }))];

    private async Task TypeToAllAsync(string what, IEnumerable<string> agents)
    {
        foreach (var agent in agents)
        {
            _sent.Add($"{what} for {agent}");
            var typed = await Binary.RunAsync(Environment, ["tmux", "send", _panes[agent].Id, $"{what} for {agent}"], Cancel);
            Assert.True(typed.ExitCode == 0, typed.Output + typed.Error);
        }
    }

    private async Task SendToAllAsync(string what, IEnumerable<string> agents)
    {
        foreach (var agent in agents)
        {
            _sent.Add($"{what} for {agent}");
            var sent = await Binary.RunAsync(Environment, ["send", agent, $"{what} for {agent}"], Cancel);
            Assert.True(sent.ExitCode == 0, sent.Error);
        }
    }

    /// <summary>All that the agents have seen, either way. A message that was handed out and then lost its reader comes again with the same id, and counts once.</summary>
    private List<string> Seen() =>
    [
        .. _panes.Values.SelectMany(pane => BridgeTests.MailOf(pane).Select(item => item.GetProperty("message")).Where(message => message.GetProperty("message_type").GetString() != "migration.check")
            .DistinctBy(message => message.GetProperty("message_id").GetString()).Select(message => message.GetProperty("content").GetString()!)
            .Concat(pane.Submitted.Where(prompt => !prompt.StartsWith("Parley:", StringComparison.Ordinal)))),
    ];

    private async Task<IReadOnlyList<JsonElement>> StatusAsync() =>
        [.. (await Binary.RunAsync(Environment, ["migrate", "tmux", "status", "--json"], Cancel)).Lines.Select(line => JsonElement.Parse(line))];

    private async Task<CliRun> RunAsync(int exitCode, string command, params string[] more)
    {
        var run = await Binary.RunAsync(Environment, ["migrate", "tmux", command, .. more], Cancel);
        Assert.True(run.ExitCode == exitCode, $"{command}: {run.ExitCode}\n{run.Output}\n{run.Error}");
        return run;
    }
}
