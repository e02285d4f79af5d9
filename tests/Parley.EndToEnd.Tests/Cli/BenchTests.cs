using System.Text.Json.Nodes;
using Parley.EndToEnd.Tests.Durability;
using Parley.EndToEnd.Tests.Nodes;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>What <c>parley bench</c> says of a server that it did not start.</summary>
public sealed class BenchTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Processor_time_is_labeled_as_one_nodes_and_not_reported_through_a_proxy()
    {
        await using var server = new KillableServer(await PublishedBinary.FindAsync(Cancel));
        await server.StartAsync(Cancel);
        await using var proxy = TcpProxy.Start(() => [server.Port]);

        var straight = await BenchAsync(server, server.Url);
        var through = await BenchAsync(server, proxy.Url);

        Assert.Contains("CPU of this node a message", straight, StringComparison.Ordinal);
        Assert.DoesNotContain("server CPU", straight, StringComparison.Ordinal);
        Assert.Contains("client CPU a message", through, StringComparison.Ordinal);
        Assert.DoesNotContain("CPU of this node", through, StringComparison.Ordinal);
        Assert.DoesNotContain("server CPU", through, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_start_workload_measures_the_server_commands_and_the_program()
    {
        var folder = Directory.CreateTempSubdirectory("parley-start-").FullName;
        var environment = new Dictionary<string, string> { ["PARLEY_DATA"] = Path.Combine(folder, "data"), ["XDG_CONFIG_HOME"] = folder };

        var run = await Binary.RunAsync(environment, ["bench", "--workload", "start", "--fast", "--json"], Cancel);

        Assert.True(run.ExitCode == 0, run.Error);
        var figures = JsonNode.Parse(run.Output)!["figures"]!.AsArray();
        Assert.Equal(
            ["start", "parley --version", "parley send", "memory at rest", "size"], figures.Select(figure => figure!["name"]!.GetValue<string>()));
        Assert.All(figures, figure => Assert.True(figure!["value"]!.GetValue<double>() > 0 && figure["how"]!.GetValue<string>().Length > 0));
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("tasks", "sdk", "task cycles", "server CPU a task")]
    [InlineData("tasks", "plain", "task cycles", "server CPU a task")]
    [InlineData("memory", "sdk", "gets", "server CPU a get")]
    [InlineData("memory", "plain", "sets", "server CPU a set")]
    public async Task Shared_work_is_measured_and_recounted(string workload, string client, string rate, string cost)
    {
        var (figures, verified) = await MeasureAsync(["--workload", workload, "--client", client, "--messages", "500", "--agents", "3", "--verify"]);

        Assert.Contains(rate, figures);
        Assert.Contains(cost, figures);
        Assert.True(verified["recounted"]!.GetValue<long>() > 500, $"{verified}");
        Assert.Equal(0, verified["wrong"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_watcher_gets_each_change()
    {
        var (figures, _) = await MeasureAsync(["--workload", "watch", "--messages", "500", "--verify"]);

        Assert.Contains("set to change, p50", figures);
        Assert.Contains("set to change, p99", figures);
    }

    private static async Task<(IReadOnlyList<string> Figures, JsonNode Verified)> MeasureAsync(string[] options)
    {
        var folder = Directory.CreateTempSubdirectory("parley-bench-").FullName;
        var environment = new Dictionary<string, string> { ["PARLEY_DATA"] = Path.Combine(folder, "data"), ["XDG_CONFIG_HOME"] = folder };

        var run = await Binary.RunAsync(environment, ["bench", "--fast", "--json", .. options], Cancel);

        Assert.True(run.ExitCode == 0, run.Error);
        var report = JsonNode.Parse(run.Output)!;
        Assert.All(report["figures"]!.AsArray(), figure => Assert.True(figure!["value"]!.GetValue<double>() > 0 && figure["how"]!.GetValue<string>().Length > 0));
        Directory.Delete(folder, recursive: true);
        return ([.. report["figures"]!.AsArray().Select(figure => figure!["name"]!.GetValue<string>())], report["verified"]!);
    }

    private static async Task<string> BenchAsync(KillableServer server, string url)
    {
        var environment = new Dictionary<string, string> { ["PARLEY_DATA"] = server.DataFolder, ["PARLEY_URL"] = url, ["XDG_CONFIG_HOME"] = server.ConfigFolder };
        environment["PARLEY_TOKEN"] = (await File.ReadAllTextAsync(Path.Combine(server.DataFolder, "admin.token"), Cancel)).Trim();
        var run = await Binary.RunAsync(environment, ["bench", "--workload", "direct", "--messages", "2000", "--fast", "--json"], Cancel);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Output;
    }
}
