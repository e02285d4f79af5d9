using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Parley.EndToEnd.Tests.Cli;
using Xunit;

namespace Parley.EndToEnd.Tests.Hooks;

/// <summary><c>parley hook wait</c> and <c>parley hook watch</c>: what makes an idle session take a turn.</summary>
public sealed class HookWaitTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-wait-").FullName;
    private readonly Channel<string> _wakes = Channel.CreateUnbounded<string>();
    private readonly Channel<(string Id, string Outcome)> _reports = Channel.CreateUnbounded<(string, string)>();
    private readonly Channel<JsonNode> _questions = Channel.CreateUnbounded<JsonNode>();
    private FakeParley _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await FakeParley.StartAsync(async (http, body) =>
    {
        var path = http.Request.Path.Value!;
        if (!path.EndsWith("/wakes/next", StringComparison.Ordinal))
        {
            await _reports.Writer.WriteAsync((path.Split('/')[^1], (string)JsonNode.Parse(body)!["outcome"]!), http.RequestAborted);
            await http.Response.WriteAsync("{}", http.RequestAborted);
            return;
        }

        await _questions.Writer.WriteAsync(JsonNode.Parse(body)!, http.RequestAborted);
        var id = await _wakes.Reader.ReadAsync(http.RequestAborted);
        var wake = id.Length == 0 ? "null" : $$"""{"wake_id": "{{id}}", "agent_id": "be-1", "text": "Parley: 1 message waiting.\nRead it.", "count": 1}""";
        await http.Response.WriteAsync($$"""{"wake": {{wake}}}""", http.RequestAborted);
    });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_wake_is_exit_code_2_with_its_text_in_one_line_on_standard_error()
    {
        using var waiter = await StartAsync("wait", "s1");
        _wakes.Writer.TryWrite("");
        var question = await _questions.Reader.ReadAsync(Cancel);
        Assert.Equal(("waiter", "be-1", 30_000), ((string?)question["way"], (string?)question["agents"]![0], (int)question["wait_ms"]!));
        await _questions.Reader.ReadAsync(Cancel);
        _wakes.Writer.TryWrite("w-7");
        Assert.Equal((2, "", "Parley: 1 message waiting. Read it.\n"), await EndAsync(waiter));
        Assert.Equal(("w-7", "submitted"), await _reports.Reader.ReadAsync(Cancel));
    }

    [Fact]
    public async Task A_second_waiter_of_a_session_ends_and_one_of_another_session_stays()
    {
        using var first = await StartAsync("wait", "s2");
        await _questions.Reader.ReadAsync(Cancel);
        using (var second = await StartAsync("wait", "s2"))
            Assert.Equal((0, "", ""), await EndAsync(second));
        using var other = await StartAsync("wait", "s3");
        await _questions.Reader.ReadAsync(Cancel);
        _wakes.Writer.TryWrite("a");
        _wakes.Writer.TryWrite("b");
        Assert.Equal(2, (await EndAsync(first)).ExitCode);
        Assert.Equal(2, (await EndAsync(other)).ExitCode);
        using var next = await StartAsync("wait", "s2");
        await _questions.Reader.ReadAsync(Cancel);
        next.Kill();
    }

    [Fact]
    public async Task A_session_of_one_prompt_is_not_kept_from_its_end()
    {
        using var waiter = await StartAsync("wait", "s7", new() { ["CLAUDE_CODE_SESSION_ATTENDED"] = "0" });
        Assert.Equal((0, "", ""), await EndAsync(waiter));
        Assert.Empty(_server.Asked);
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("watch")]
    public async Task It_ends_with_the_session_and_wakes_nobody(string verb)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no sleep.");
        using var session = Process.Start("sleep", "1000");
        using var waiter = await StartAsync(verb, "s4", new() { ["CLAUDE_PID"] = $"{session.Id}" });
        await _questions.Reader.ReadAsync(Cancel);
        session.Kill();
        await session.WaitForExitAsync(Cancel);
        Assert.Equal((0, "", ""), await EndAsync(waiter));
    }

    [Fact]
    public async Task While_the_server_is_away_it_goes_on_waiting()
    {
        var data = Path.Combine(_folder, "data");
        using var waiter = await StartAsync("wait", "s5", new() { ["PARLEY_DATA"] = data, ["PARLEY_URL"] = "", ["PARLEY_TOKEN"] = "" });
        var log = Path.Combine(_folder, "state", "parley", "hooks.log");
        Assert.True(await Durability.Until.TrueAsync(() => File.Exists(log), Patience, Cancel));
        Assert.False(waiter.HasExited);
        Directory.CreateDirectory(data);
        await File.WriteAllTextAsync(Path.Combine(data, "admin.token"), "parley_admin_x\n", Cancel);
        await File.WriteAllTextAsync(Path.Combine(data, "server.url"), $"{_server.Url}\n", Cancel);
        await _questions.Reader.ReadAsync(Cancel);
        _wakes.Writer.TryWrite("late");
        Assert.Equal(2, (await EndAsync(waiter)).ExitCode);
        Assert.Single(await File.ReadAllLinesAsync(log, Cancel));
    }

    [Fact]
    public async Task A_monitor_prints_a_line_for_each_wake()
    {
        using var monitor = await StartAsync("watch", "s6");
        foreach (var id in (string[])["m-1", "m-2"])
        {
            Assert.Equal("monitor", (string?)(await _questions.Reader.ReadAsync(Cancel))["way"]);
            _wakes.Writer.TryWrite(id);
            Assert.Equal("Parley: 1 message waiting. Read it.", await monitor.StandardOutput.ReadLineAsync(Cancel));
            Assert.Equal((id, "submitted"), await _reports.Reader.ReadAsync(Cancel));
        }

        monitor.Kill();
    }

    private async Task<Process> StartAsync(string verb, string session, Dictionary<string, string>? more = null)
    {
        var environment = new Dictionary<string, string>
        {
            ["PARLEY_URL"] = _server.Url,
            ["PARLEY_TOKEN"] = "parley_admin_x",
            ["PARLEY_AGENT"] = "be-1",
            ["XDG_STATE_HOME"] = Path.Combine(_folder, "state"),
            ["XDG_CONFIG_HOME"] = Path.Combine(_folder, "config"),
            ["CLAUDE_PID"] = $"{Environment.ProcessId}",
        };
        foreach (var (name, value) in more ?? [])
            environment[name] = value;
        var start = Binary.Command(environment, "hook", verb, "claude");
        if (more?.ContainsKey("CLAUDE_CODE_SESSION_ATTENDED") is not true)
            start.Environment.Remove("CLAUDE_CODE_SESSION_ATTENDED");
        var process = Process.Start(start)!;
        try
        {
            await process.StandardInput.WriteAsync($$"""{"hook_event_name": "Stop", "session_id": "{{session}}", "cwd": "/work"}""".AsMemory(), Cancel);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It may end without reading it.
        }

        return process;
    }

    private static async Task<(int ExitCode, string Output, string Error)> EndAsync(Process process)
    {
        await process.WaitForExitAsync(Cancel).WaitAsync(Patience, Cancel);
        return (process.ExitCode, await process.StandardOutput.ReadToEndAsync(Cancel), await process.StandardError.ReadToEndAsync(Cancel));
    }
}
