using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using Parley.Cli.CommandLine;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Bench.Workloads;

/// <summary>A server's start, the memory of an idle server, and the cost of a command. Each run starts a new server, no matter which server is
/// measured otherwise.</summary>
internal sealed class StartWorkload : IWorkload
{
    private const double Megabyte = 1024 * 1024;
    private const int Calls = 5;
    private const string Agent = "bench";

    // Memory that was needed only for the start is collected, if at all, within the first moments.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    private static readonly Metric Start = new(
        "start", Unit.Milliseconds, "from the launch of the process, on an empty data folder, to its first 200 on /health/ready");

    private static readonly Metric Memory = new("memory at rest", Unit.Megabytes, "resident memory of that server 3 s later");

    private static readonly Metric Version = new(
        "parley --version", Unit.Milliseconds, $"from the launch of the process to its exit, median of {Calls}");

    private static readonly Metric Send = new(
        "parley send", Unit.Milliseconds, $"one message to an agent of that server, from the launch of the process to its exit, median of {Calls}");

    private static readonly Metric Size = new("size", Unit.Megabytes, RuntimeFeature.IsDynamicCodeSupported
        ? "all files in the program's folder; it also needs the .NET runtime, which is not included"
        : "the program and SQLite's library; it needs nothing else");

    private readonly BenchPlan _plan;
    private readonly HttpClient _client = new();

    private StartWorkload(BenchPlan plan) => _plan = plan;

    public static WorkloadKind Kind { get; } = new("start", "from launch to the first answer, and a command from launch to exit", (plan, _) => Task.FromResult<IWorkload>(new StartWorkload(plan)));

    /// <summary>Runs once, so that the program is in the system's cache and not only on disk.</summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        await using var server = await _plan.Server.StartAnotherAsync();
        await AnswersAsync(server, cancellationToken);
        await CallAsync(server, ["--version"], cancellationToken);
    }

    public async Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellationToken)
    {
        var launched = _plan.Time.GetTimestamp();
        await using var server = await _plan.Server.StartAnotherAsync();
        await AnswersAsync(server, cancellationToken);
        var elapsed = _plan.Time.GetElapsedTime(launched);
        await Task.Delay(Settling, _plan.Time, cancellationToken);
        var resident = server.ResidentBytes!.Value;

        await using var api = ParleyApi.Open(server.Options);
        await api.Agents.RegisterAsync(new RegisterRequest { AgentId = Agent }, cancellationToken);
        return
        [
            Start.Of(elapsed.TotalMilliseconds), Version.Of(await MedianAsync(server, ["--version"], cancellationToken)),
            Send.Of(await MedianAsync(server, ["send", Agent, "The build is red, please look."], cancellationToken)),
            Memory.Of(resident / Megabyte), Size.Of(SizeOfProgram() / Megabyte),
        ];
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static long SizeOfProgram()
    {
        // The native program may be next to anything else, as in /usr/local/bin.
        var files = RuntimeFeature.IsDynamicCodeSupported
            ? Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories)
            : Directory.EnumerateFiles(AppContext.BaseDirectory, "*e_sqlite3.*").Append(Environment.ProcessPath!);
        return files.Sum(file => new FileInfo(file).Length);
    }

    private async Task<double> MedianAsync(BenchServer server, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var elapsed = new List<double>();
        for (var call = 0; call < Calls; call++)
            elapsed.Add((await CallAsync(server, arguments, cancellationToken)).TotalMilliseconds);
        return Quantile.Median(elapsed);
    }

    private async Task<TimeSpan> CallAsync(BenchServer server, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var start = BenchServer.StartInfo(server.DataFolder!, arguments);
        // The command must use this server and no other.
        start.Environment["PARLEY_URL"] = server.Options.Url;
        start.Environment["PARLEY_TOKEN"] = server.Options.Token;
        foreach (var name in new[] { "PARLEY_PROJECT", "PARLEY_AGENT" })
            start.Environment.Remove(name);

        var launched = _plan.Time.GetTimestamp();
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var complaints = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        var elapsed = _plan.Time.GetElapsedTime(launched);
        await output;
        return process.ExitCode == 0
            ? elapsed
            : throw new CommandException(ExitCode.Failed, $"parley {arguments[0]} ended with {process.ExitCode}: {(await complaints).Trim()}");
    }

    private async Task AnswersAsync(BenchServer server, CancellationToken cancellationToken)
    {
        var address = new Uri(new Uri(server.Options.Url!), "health/ready");
        while (true)
        {
            using var answer = await _client.GetAsync(address, cancellationToken);
            if (answer.StatusCode == HttpStatusCode.OK)
                return;
        }
    }
}
