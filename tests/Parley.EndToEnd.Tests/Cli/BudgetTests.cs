using System.Text.Json;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary><c>parley budget</c>, and what senders see of it.</summary>
public sealed class BudgetTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task An_operator_sets_a_budget_sees_it_spent_raises_and_removes_it()
    {
        await DoneAsync("register", "spender");
        await DoneAsync("register", "reader");
        var set = Read(await DoneAsync("budget", "set", "agents", "spender", "--messages", "2", "--bytes", "64KiB", "--json"));
        Assert.Equal((2L, 65_536L, BudgetStatus.Open), (set.Messages, set.Bytes, set.Status));
        await DoneAsync("send", "reader", "One", "--as", "spender");
        await DoneAsync("send", "reader", "Two", "--as", "spender");

        var refused = await server.RunAsync("send", "reader", "Three", "--as", "spender");

        Assert.Equal((1, ""), (refused.ExitCode, refused.Output));
        Assert.Contains("An operator can raise it: parley budget set agents spender --messages N --bytes 65536", refused.Error, StringComparison.Ordinal);
        var problem = JsonSerializer.Deserialize((await server.RunAsync("send", "reader", "Three", "--as", "spender", "--json")).Error, WireJson.Lenient.Problem)!;
        Assert.Equal((ErrorCodes.BudgetSpent, 429, false), (problem.Code, problem.Status, problem.Retryable));
        Assert.Contains("2 of 2, 0 left", (await DoneAsync("budget", "show", "agents", "spender")).Output, StringComparison.Ordinal);
        Assert.Contains("spent", (await DoneAsync("budget", "list", "--kind", "agents")).Output, StringComparison.Ordinal);
        Assert.Contains("The agent spender has sent 2 of 2 messages", (await DoneAsync("inbox", "--as", "human")).Output, StringComparison.Ordinal);
        await DoneAsync("budget", "set", "agents", "spender", "--messages", "3");
        await DoneAsync("send", "reader", "Three", "--as", "spender");
        Assert.Equal(0L, Read(await DoneAsync("budget", "set", "agents", "spender", "--messages", "1", "--reset", "--json")).Spent.Messages);
        await DoneAsync("send", "reader", "Four", "--as", "spender");
        await DoneAsync("budget", "remove", "agents", "spender");
        await DoneAsync("send", "reader", "Five", "--as", "spender");
        Assert.Equal(3, (await server.RunAsync("budget", "show", "agents", "spender")).ExitCode);
    }

    [Theory]
    [InlineData(2, "Give --messages N, --bytes SIZE, or both", "agents", "reader")]
    [InlineData(2, "--bytes takes a number of bytes", "agents", "reader", "--bytes", "10 apples")]
    [InlineData(2, "--bytes takes a number of bytes", "agents", "reader", "--bytes", "0.1")]
    [InlineData(2, "--messages takes a whole number", "agents", "reader", "--messages", "0")]
    [InlineData(2, "<kind> is agents, threads, or executions", "squads", "alpha", "--messages", "1")]
    [InlineData(2, "people have no budget", "agents", "human", "--messages", "1")]
    [InlineData(3, "There is no agent 'nobody'", "agents", "nobody", "--messages", "1")]
    [InlineData(3, "There is no thread 'x'", "threads", "x", "--messages", "1")]
    public async Task A_mistake_is_named_with_what_to_write(int exitCode, string reason, params string[] arguments)
    {
        var run = await server.RunAsync(["budget", "set", .. arguments]);

        Assert.Equal((exitCode, ""), (run.ExitCode, run.Output));
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
    }

    private async Task<CliRun> DoneAsync(params string[] arguments)
    {
        var run = await server.RunAsync(arguments);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', arguments)}: {run.Error}");
        return run;
    }

    private static MessageBudget Read(CliRun run) => JsonSerializer.Deserialize(run.Output, WireJson.Lenient.MessageBudget)!;
}
