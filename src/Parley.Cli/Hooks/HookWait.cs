using System.Security.Cryptography;
using System.Text;
using Parley.Client;

namespace Parley.Cli.Hooks;

/// <summary><c>parley hook wait claude</c>: a hook that Claude Code runs in the background. Exit code 2 makes the idle session take a turn, in which it reads
/// what this wrote on standard error.</summary>
internal static class HookWait
{
    private const int Wakes = 2;

    /// <summary>An event is given at once.</summary>
    private static readonly TimeSpan TimeToRead = TimeSpan.FromSeconds(2);

    internal static async Task<int> RunAsync(HookArguments arguments, TimeProvider time)
    {
        var log = new HookLog(arguments.Harness);
        try
        {
            if (HarnessProcess.IsUnattended)
                return 0;
            var start = await ReadAsync(time);
            using var turn = Take(start.Session ?? HookCaller.Find(arguments, start).Agent);
            if (turn is null)
                return 0;
            using var over = new CancellationTokenSource();
            var server = new WakeServer(arguments, start, "waiter", time);
            var next = server.NextAsync(over.Token);
            var first = await Task.WhenAny(next, HarnessProcess.EndsAsync(time, over.Token));
            if (first != next)
            {
                await over.CancelAsync();
                return 0;
            }

            var wake = await next;
            if (wake.IsForAnother(start.Session))
            {
                await server.ReportAsync(wake, "failed", over.Token);
                return 0;
            }

            await Console.Error.WriteLineAsync(wake.Line);
            await server.ReportAsync(wake, "submitted", over.Token);
            await over.CancelAsync();
            return Wakes;
        }
        catch (Exception failure)
        {
            // Another exit code than 0 could wake the session, again and again.
            log.Write($"waiting for a wake: {failure.Message}");
            return 0;
        }
    }

    private static async Task<HookEventStart> ReadAsync(TimeProvider time)
    {
        if (!Console.IsInputRedirected)
            return default;
        var bytes = new byte[64 << 10];
        await using var input = Console.OpenStandardInput();
        var read = Task.Run(() => input.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false));
        using var patience = new CancellationTokenSource(TimeToRead, time);
        try
        {
            return HookEventStart.Read(bytes.AsSpan(0, await read.WaitAsync(patience.Token)));
        }
        catch (OperationCanceledException)
        {
            return default;
        }
    }

    /// <summary>Makes this the only waiter of a session: Claude Code starts one at the end of each turn, and each would wake it.</summary>
    /// <returns>Null if there is one.</returns>
    private static FileStream? Take(string session)
    {
        var folder = Path.Combine(UserFolders.State(Environment.GetEnvironmentVariable), "waiters");
        Directory.CreateDirectory(folder);
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(session)))[..32];
        try
        {
            return new FileStream(Path.Combine(folder, $"{name}.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
