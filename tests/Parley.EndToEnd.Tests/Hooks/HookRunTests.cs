using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Parley.EndToEnd.Tests.Cli;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Hooks;

/// <summary><c>parley hook run</c>: what a harness starts at each boundary of its loop.</summary>
public sealed class HookRunTests(RunningServer server) : IClassFixture<RunningServer>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-hook-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Log => Path.Combine(_folder, "state", "parley", "hooks.log");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_first_event_registers_the_agent_of_the_folder_and_a_later_one_has_its_mail()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "my shop", "src")).Parent!.FullName;
        Directory.CreateDirectory(Path.Combine(folder, ".git"));
        await File.WriteAllTextAsync(Path.Combine(folder, ".git", "HEAD"), "ref: refs/heads/feature/x\n", Cancel);
        var below = Path.Combine(folder, "src");

        Assert.Equal("{}", Output(await RunAsync(Event("SessionStart", below))));
        var agent = await AgentAsync("my-shop-claude");
        Assert.Equal(("claude", below, "feature/x"), (
            agent.Metadata!.Value.GetProperty("harness").GetProperty("name").GetString(), agent.Metadata.Value.GetProperty("cwd").GetString(),
            agent.Metadata.Value.GetProperty("branch").GetString()));

        Assert.Equal(0, (await server.RunAsync("send", "my-shop-claude", "The build is red.", "--surface", "next_boundary")).ExitCode);
        var text = (string?)JsonNode.Parse(Output(await RunAsync(Event("PostToolBatch", below))))!["hookSpecificOutput"]!["additionalContext"];
        Assert.Contains("The build is red.", text, StringComparison.Ordinal);
        Assert.False(File.Exists(Log), File.Exists(Log) ? await File.ReadAllTextAsync(Log, Cancel) : "");
    }

    [Theory]
    [InlineData("from-variable", "from-variable", "from-option")]
    [InlineData("from-option", null, "from-option")]
    public async Task A_name_that_was_chosen_is_the_agents(string expected, string? variable, string option)
    {
        var more = new Dictionary<string, string>();
        if (variable is not null)
            more["PARLEY_AGENT"] = variable;
        Assert.Equal("{}", Output(await RunAsync(Event("SessionStart", _folder), more, "claude", "--agent", option)));
        await AgentAsync(expected);
    }

    [Fact]
    public async Task An_agents_token_says_who_it_is()
    {
        await server.RunAsync("register", "by-token");
        var token = (await server.RunAsync("token", "create", "--kind", "agent", "--agent", "by-token")).Output.Trim();
        await server.RunAsync("send", "by-token", "For you alone.", "--surface", "next_boundary");
        var run = await RunAsync(Event("UserPromptSubmit", _folder), new Dictionary<string, string> { ["PARLEY_TOKEN"] = token, ["PARLEY_URL"] = server.Url });
        Assert.Contains("For you alone.", Output(run), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Once_it_is_registered_an_event_is_one_request_with_the_agents_own_token()
    {
        var isNew = true;
        await using var fake = await FakeParley.StartAsync(async (http, _) =>
        {
            var isUnknown = isNew && http.Request.Path.Value!.EndsWith("/hooks/codex", StringComparison.Ordinal);
            isNew = isNew && isUnknown;
            http.Response.StatusCode = isUnknown ? 404 : 200;
            await http.Response.WriteAsync(
                isUnknown ? """{"status": 404, "detail": "There is no agent 'one-codex'."}""" : http.Request.Path.Value!.EndsWith("/register", StringComparison.Ordinal) ? """{"agent_id": "one-codex", "token": "parley_agent_own"}""" : "{}");
        });
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "one")).FullName;
        var environment = new Dictionary<string, string> { ["PARLEY_URL"] = fake.Url, ["PARLEY_TOKEN"] = "parley_admin_given" };
        Assert.Equal("{}", Output(await RunAsync(Event("SessionStart", folder), environment, "codex")));
        Assert.Equal(
            [("/api/v1/hooks/codex?agent_id=one-codex", "Bearer parley_admin_given"), ("/api/v1/agents/register", "Bearer parley_admin_given"), ("/api/v1/hooks/codex", "Bearer parley_agent_own")],
            fake.Asked.Select(asked => (asked.Path, asked.Token)));

        fake.Asked.Clear();
        var again = Event("PostToolUse", folder);
        Assert.Equal("{}", Output(await RunAsync(again, environment, "codex")));
        Assert.Equal([("/api/v1/hooks/codex", "Bearer parley_agent_own", again)], fake.Asked);
    }

    [Fact]
    public async Task A_long_event_reaches_the_server_whole()
    {
        await server.RunAsync("register", "long-claude");
        await server.RunAsync("send", "long-claude", "After all that.", "--surface", "next_boundary");
        var output = new string('x', 20 << 20);
        var run = await RunAsync(
            $$"""{"hook_event_name": "PostToolBatch", "session_id": "long", "tool_calls": [{"tool_response": "{{output}}"}]}""", new Dictionary<string, string> { ["PARLEY_AGENT"] = "long-claude" });
        Assert.Contains("After all that.", Output(run), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("not JSON")]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"hook_event_name\": \"Stop\"")]
    [InlineData("\0\u0001")]
    public async Task Broken_input_is_no_output_and_a_line_in_the_log(string input)
    {
        AssertSilent(await RunAsync(input, new Dictionary<string, string> { ["PARLEY_AGENT"] = "broken-input" }));
        Assert.Contains("claude the server answered 400", await File.ReadAllTextAsync(Log, Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(500, "{\"detail\": \"A bug.\"}", "the server answered 500: A bug.")]
    [InlineData(200, "<html>a proxy's page</html>", "the server's answer is not a JSON object")]
    [InlineData(200, "{\"a\": 1", "the server's answer is not a JSON object")]
    [InlineData(200, "{} {}", "the server's answer is not a JSON object")]
    [InlineData(200, "", "the server's answer is not a JSON object")]
    [InlineData(302, "", "the server answered 302")]
    public async Task An_answer_that_is_no_use_is_no_output(int status, string body, string reason)
    {
        await using var fake = await FakeParley.StartAsync(status, body);
        AssertSilent(await RunAsync(Event("Stop", _folder), new Dictionary<string, string> { ["PARLEY_URL"] = fake.Url, ["PARLEY_TOKEN"] = "parley_admin_x" }));
        Assert.Contains(reason, await File.ReadAllTextAsync(Log, Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("claude", "--since", "5")]
    [InlineData("claude", "--agent")]
    [InlineData("emacs")]
    public async Task Arguments_of_a_newer_version_do_not_stop_the_harness(string harness, params string[] arguments)
    {
        var run = await RunAsync(Event("UserPromptSubmit", _folder), harness: harness, arguments: arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Output));
        Assert.Contains($"'parley hook run {harness}", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_server_there_is_no_output()
    {
        var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();
        AssertSilent(await RunAsync(Event("Stop", _folder), new Dictionary<string, string> { ["PARLEY_URL"] = $"http://127.0.0.1:{port}", ["PARLEY_TOKEN"] = "parley_admin_x" }));
        AssertSilent(await RunAsync(Event("Stop", _folder), new Dictionary<string, string> { ["PARLEY_DATA"] = Path.Combine(_folder, "nothing") }));
        AssertSilent(await RunAsync(Event("Stop", _folder), new Dictionary<string, string> { ["PARLEY_URL"] = "nonsense" }));
        Assert.Equal(3, (await File.ReadAllLinesAsync(Log, Cancel)).Length);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    public async Task A_server_that_hangs_does_not_hold_up_the_harness(string begun)
    {
        using var hanging = new TcpListener(IPAddress.Loopback, 0);
        hanging.Start();
        var accepting = Task.Run(async () =>
        {
            var client = await hanging.AcceptTcpClientAsync(Cancel);
            await client.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(begun), Cancel);
            return client;
        }, Cancel);
        var run = await RunAsync(Event("Stop", _folder), new Dictionary<string, string>
        {
            ["PARLEY_URL"] = $"http://127.0.0.1:{((IPEndPoint)hanging.LocalEndpoint).Port}",
            ["PARLEY_TOKEN"] = "parley_admin_x",
            ["PARLEY_HOOK_TIMEOUT"] = "2",
        });
        AssertSilent(run);
        Assert.Contains("took too long", await File.ReadAllTextAsync(Log, Cancel), StringComparison.Ordinal);
        (await accepting).Dispose();
    }

    [Fact]
    public async Task A_harness_that_does_not_close_standard_input_is_not_held_up()
    {
        var start = Command(new Dictionary<string, string> { ["PARLEY_HOOK_TIMEOUT"] = "0.5" }, "claude");
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(Cancel).WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Assert.Equal((0, ""), (process.ExitCode, await process.StandardOutput.ReadToEndAsync(Cancel)));
    }

    [Fact]
    public async Task The_log_does_not_grow_without_end()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Log)!);
        await File.WriteAllTextAsync(Log, new string('x', 300 << 10), Cancel);
        await RunAsync("broken", new Dictionary<string, string> { ["PARLEY_AGENT"] = "broken-log" });
        Assert.InRange(new FileInfo(Log).Length, 1, 2_000);
        Assert.Equal(300 << 10, new FileInfo($"{Log}.1").Length);
    }

    private static string Event(string name, string folder) =>
        new JsonObject { ["session_id"] = "5f0c2f7e", ["cwd"] = folder, ["hook_event_name"] = name, ["prompt"] = "Go on.", ["tool_calls"] = new JsonArray() }.ToJsonString();

    private static string Output(CliRun run)
    {
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Output;
    }

    private static void AssertSilent(CliRun run) => Assert.Equal((0, "", ""), (run.ExitCode, run.Output, run.Error));

    private async Task<Agent> AgentAsync(string id)
    {
        var agents = JsonSerializer.Deserialize((await server.RunAsync("agents", "--limit", "500", "--json")).Output, WireJson.Lenient.PageAgent)!;
        return Assert.Single(agents.Items, agent => agent.AgentId == id);
    }

    private Task<CliRun> RunAsync(string input, Dictionary<string, string>? more = null, string harness = "claude", params string[] arguments) =>
        Binary.RunAsync(Command(more ?? [], [harness, .. arguments]), Cancel, input);

    private ProcessStartInfo Command(Dictionary<string, string> more, params string[] arguments)
    {
        var environment = new Dictionary<string, string>(server.Environment)
        {
            ["XDG_STATE_HOME"] = Path.Combine(_folder, "state"),
            ["XDG_CONFIG_HOME"] = Path.Combine(_folder, "config"),
            // This machine may be slow, and 'parley' is compiled while it runs.
            ["PARLEY_HOOK_TIMEOUT"] = 60.ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in more)
            environment[name] = value;
        var start = Binary.Command(environment, ["hook", "run", .. arguments]);
        foreach (var name in (string[])["CLAUDE_PROJECT_DIR", "GEMINI_PROJECT_DIR", "CLAUDE_PID"])
            start.Environment.Remove(name);
        start.WorkingDirectory = _folder;
        return start;
    }
}
