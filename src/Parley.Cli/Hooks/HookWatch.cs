namespace Parley.Cli.Hooks;

/// <summary><c>parley hook watch claude</c>: the monitor of a plugin of Claude Code. Each line that it prints makes the session take a turn.</summary>
internal static class HookWatch
{
    /// <summary>How long to leave the wakes of the agent to its newer session.</summary>
    private static readonly TimeSpan WhileSuperseded = TimeSpan.FromMinutes(1);

    internal static async Task<int> RunAsync(HookArguments arguments, TimeProvider time)
    {
        try
        {
            await WatchAsync(arguments, time);
        }
        catch (Exception failure)
        {
            new HookLog(arguments.Harness).Write($"watching for wakes: {failure.Message}");
        }

        return 0;
    }

    private static async Task WatchAsync(HookArguments arguments, TimeProvider time)
    {
        using var over = new CancellationTokenSource();
        var server = new WakeServer(arguments, default, "monitor", time);
        var end = HarnessProcess.EndsAsync(time, over.Token);
        await using var output = Output.StandardOutput.Open();
        while (true)
        {
            var next = server.NextAsync(over.Token);
            if (await Task.WhenAny(next, end) != next)
            {
                await over.CancelAsync();
                return;
            }

            var wake = await next;
            if (wake.IsForAnother(Environment.GetEnvironmentVariable("CLAUDE_CODE_SESSION_ID")))
            {
                await server.ReportAsync(wake, "failed", over.Token);
                await Task.WhenAny(Task.Delay(WhileSuperseded, time, over.Token), end);
                continue;
            }

            try
            {
                await output.WriteLineAsync(wake.Line);
                await output.FlushAsync();
            }
            catch (IOException)
            {
                await server.ReportAsync(wake, "failed", over.Token);
                return;
            }

            await server.ReportAsync(wake, "submitted", over.Token);
        }
    }
}
