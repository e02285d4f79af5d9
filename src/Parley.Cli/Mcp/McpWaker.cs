using System.Text.Json;
using Parley.Protocol;

namespace Parley.Cli.Mcp;

/// <summary>Wakes the session that has started this program: it asks the server for the session's wakes, and gives each to the harness.</summary>
internal sealed class McpWaker(McpUpstream upstream)
{
    /// <summary>As long as the server allows: proxies cut calls near a minute.</summary>
    private const int WaitMs = 50_000;

    private const int LongestDetail = 200;

    /// <summary>A connection may be dead without a sign of it, after a computer has slept.</summary>
    private static readonly TimeSpan ForTheAnswer = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(60);

    private int _isRunning;

    /// <summary>Begins, once it is known what the session runs in, and if there is a way to wake that.</summary>
    internal void Begin(string harness, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isRunning, 1) == 0 && IHarnessWake.Find(harness) is { } way)
            _ = Task.Run(() => RunAsync(way, harness, cancellationToken), CancellationToken.None);
    }

    private async Task RunAsync(IHarnessWake way, string harness, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await WakeAsync(way, harness, cancellationToken);
                pause = FirstPause;
            }
            catch (Exception trouble) when (trouble is McpUpstreamException or JsonException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // The server is away, does not answer, or refuses, or something in between answers: the next tool that is called says so.
                if (await IsOverAsync(pause, cancellationToken))
                    return;
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task WakeAsync(IHarnessWake way, string harness, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromMilliseconds(WaitMs) + ForTheAnswer);
        var next = await upstream.PostAsync(
            "wakes/next", address => new NextWakeRequest { Agents = address.AgentId is { } agent ? [agent] : null, Way = way.Way, WaitMs = WaitMs },
            WireJson.Strict.NextWakeRequest, harness, patience.Token);
        if (JsonSerializer.Deserialize(next, WireJson.Lenient.NextWake)?.Wake is not { } wake)
            return;
        var (outcome, detail) = await way.SubmitAsync(wake, cancellationToken);
        await upstream.PostAsync(
            $"wakes/{wake.WakeId}", _ => new WakeReport { Outcome = outcome, Detail = detail?.Length > LongestDetail ? detail[..LongestDetail] : detail },
            WireJson.Strict.WakeReport, harness, cancellationToken);
    }

    private static async Task<bool> IsOverAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(pause, TimeProvider.System, cancellationToken);
            return false;
        }
        catch (OperationCanceledException)
        {
            return true;
        }
    }
}
