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
    public async Task Used_wrongly_is_2(params string[] arguments)
    {
        var run = await server.RunAsync(arguments);

        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("parley: ", run.Error, StringComparison.Ordinal);
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
    public async Task With_json_what_went_wrong_is_a_problem_document_on_standard_error()
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
