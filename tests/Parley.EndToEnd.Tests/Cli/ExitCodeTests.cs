using System.Text.Json;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>What a shell script may rely on.</summary>
public sealed class ExitCodeTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly Dictionary<string, string> BadToken = new() { ["PARLEY_TOKEN"] = "not-a-token" };

    [Theory]
    [InlineData("bogus")]
    [InlineData("send", "be-1")]
    [InlineData("send", "be-1", "hi", "--priority", "9")]
    [InlineData("send", "be-1", "hi", "--payload", "{")]
    [InlineData("watch", "--execution", "a", "--thread", "b")]
    [InlineData("token", "create", "--kind", "king")]
    public async Task Wrong_usage_is_2(params string[] arguments)
    {
        var run = await server.RunAsync(arguments);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("parley: ", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--priority takes low, normal, high, critical, or 1 to 4, not 'hihg'.", "send", "be-1", "hi", "--priority", "hihg")]
    [InlineData("--priority takes low, normal, high, critical, or 1 to 4, not '-1'.", "send", "be-1", "hi", "--priority", "-1")]
    [InlineData("--intent takes inform, request, or ack, not 'shout'.", "send", "be-1", "hi", "--intent", "shout")]
    [InlineData("--timeout takes a number of seconds from 1 to 3600, not 'abc'.", "request", "be-1", "hi", "--timeout", "abc")]
    [InlineData("--timeout takes a number of seconds from 1 to 3600, not '-5'.", "request", "be-1", "hi", "--timeout", "-5")]
    [InlineData("--timeout takes a number of seconds from 1 to 3600, not 'NaN'.", "request", "be-1", "hi", "--timeout", "NaN")]
    [InlineData("--timeout needs a value: --timeout S.", "request", "be-1", "hi", "--timeout")]
    [InlineData("--execution needs a value: --execution ID.", "watch", "--execution")]
    [InlineData("--limit takes a whole number from 1 to 500, not '-1'.", "agents", "--limit", "-1")]
    [InlineData("--limit takes a whole number from 1 to 500, not 'all'.", "threads", "--limit", "all")]
    [InlineData("--wait takes a number of seconds from 0 to 2592000, not '-3'.", "inbox", "--wait", "-3")]
    [InlineData("--if-version takes a version, which is a whole number from 0, not 'x'.", "memory", "delete", "k", "--if-version", "x")]
    [InlineData("<amount> takes a number, not 'x'.", "memory", "add", "k", "x")]
    [InlineData("--payload is not valid JSON at line 1, byte 2.", "send", "be-1", "hi", "--payload", "{")]
    [InlineData("<value> is not valid JSON at line 1, byte 2.", "memory", "set", "k", "{bad")]
    [InlineData("<patch> is not valid JSON at line 1, byte 2.", "memory", "patch", "k", "text")]
    [InlineData("<data> is not valid JSON at line 1, byte 2.", "events", "publish", "a.b", "{bad")]
    [InlineData("--hours takes a whole number from 1 to 1900, not 'abc'.", "stats", "--hours", "abc")]
    [InlineData("--status takes pending, assigned, in_progress, completed, failed, or cancelled, not 'open'.", "tasks", "list", "--status", "open")]
    [InlineData("--due takes how far ahead it is (30m, 2h, 3d), or a time with its offset (2026-01-31T17:00:00Z), not 'tomorrow'.", "tasks", "create", "t", "--due", "tomorrow")]
    [InlineData("--due takes how far ahead it is (30m, 2h, 3d), or a time with its offset (2026-01-31T17:00:00Z), not '2026-01-31T17:00:00'.", "tasks", "create", "t", "--due", "2026-01-31T17:00:00")]
    [InlineData("<shell> is bash, zsh, or fish, not 'tcsh'.", "completion", "tcsh")]
    [InlineData("--messages takes a whole number from 1, not '0'.", "bench", "--messages", "0")]
    [InlineData("There is nothing to send: the text is missing.", "send", "be-1")]
    [InlineData("<key> is missing. Up to 512 characters; may include '/'.", "memory", "get")]
    [InlineData("There is no file '/nowhere/ca.pem'.", "agents", "--cacert", "/nowhere/ca.pem")]
    [InlineData("'/nowhere/a.json' does not exist.", "schemas", "set", "t", "/nowhere/a.json")]
    [InlineData("Standard input is empty.", "schemas", "set", "t", "-")]
    public async Task An_error_is_one_sentence(string sentence, params string[] arguments)
    {
        var run = await server.RunAsync(arguments);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Equal($"parley: {sentence}", run.Error.Split('\n')[0].Trim());
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_on_standard_input_sends_nothing()
    {
        var run = await Binary.RunAsync(server.Environment, ["send", "human", "-"], TestContext.Current.CancellationToken, input: "");

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.Contains("Standard input is empty: nothing was sent.", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("send", "nobody-here", "hi")]
    [InlineData("trace", "0199e1c2-7d3f-7a51-9c0e-3b1f5d2a4e60")]
    [InlineData("threads", "0199e1c2-7d3f-7a51-9c0e-3b1f5d2a4e60")]
    [InlineData("watch", "--execution", "0199e1c2-7d3f-7a51-9c0e-3b1f5d2a4e60")]
    public async Task Not_found_is_3(params string[] arguments) => Assert.Equal(3, (await server.RunAsync(arguments)).ExitCode);

    [Fact]
    public async Task No_reply_in_time_is_4()
    {
        await server.CastAsync();

        Assert.Equal(4, (await server.RunAsync("request", "demo-pm", "Anybody?", "--timeout", "1")).ExitCode);
    }

    [Fact]
    public async Task With_json_no_reply_in_time_is_the_servers_problem_document()
    {
        var run = await server.RunAsync("request", "human", "Anybody?", "--timeout", "1", "--json");

        Assert.Equal((4, ""), (run.ExitCode, run.Output));
        var problem = JsonSerializer.Deserialize(run.Error, WireJson.Lenient.Problem)!;
        Assert.Equal((ErrorCodes.RequestTimeout, 504, true), (problem.Code, problem.Status, problem.Retryable));
    }

    [Fact]
    public async Task A_refused_token_is_5() => Assert.Equal(5, (await server.RunAsync(BadToken, "agents")).ExitCode);

    [Fact]
    public async Task No_server_is_6()
    {
        Assert.Equal(6, (await server.RunAsync("agents", "--url", "http://127.0.0.1:9", "--token", "x")).ExitCode);
        Assert.Equal(6, (await server.RunAsync(new Dictionary<string, string> { ["PARLEY_DATA"] = "/nowhere" }, "agents")).ExitCode);
    }

    [Fact]
    public async Task A_key_used_for_another_message_is_7()
    {
        Assert.Equal(0, (await server.RunAsync("send", "human", "One.", "--idempotency-key", "k1")).ExitCode);
        Assert.Equal(0, (await server.RunAsync("send", "human", "One.", "--idempotency-key", "k1")).ExitCode);
        Assert.Equal(7, (await server.RunAsync("send", "human", "Another.", "--idempotency-key", "k1")).ExitCode);
    }

    [Fact]
    public async Task With_json_errors_are_problem_documents_on_standard_error()
    {
        var run = await server.RunAsync("send", "nobody-here", "hi", "--json");

        Assert.Equal("", run.Output);
        Assert.Equal(ErrorCodes.UnknownRecipient, JsonSerializer.Deserialize(run.Error, WireJson.Lenient.Problem)!.Code);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    public async Task Completion_prints_a_script(string shell) =>
        Assert.Contains("[suggest:", (await server.RunAsync("completion", shell)).Output, StringComparison.Ordinal);

    [Fact]
    public async Task The_scripts_are_answered_with_commands_and_options()
    {
        Assert.Contains("watch", (await server.RunAsync("[suggest:0]", "")).Lines);
        Assert.Contains("--reply-to", (await server.RunAsync("[suggest:9]", "send --re")).Lines);
    }
}
