using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Parley.Cli.Hooks;

/// <summary>The process of the session that started this one.</summary>
internal static partial class HarnessProcess
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(5);

    /// <summary>Whether nobody attends it: one of <c>claude -p</c>, or one that a program talks to. It waits for its hooks in the background before it ends, or
    /// says that a turn has ended, and for a waiter it would wait in vain.</summary>
    internal static bool IsUnattended => Environment.GetEnvironmentVariable("CLAUDE_CODE_SESSION_ATTENDED") == "0";

    /// <summary>Completes when it has ended: whoever waits for a session that is gone takes its wakes away from others.</summary>
    internal static async Task EndsAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        int? named = int.TryParse(Environment.GetEnvironmentVariable("CLAUDE_PID"), NumberStyles.None, CultureInfo.InvariantCulture, out var said) && said > 0 ? said : null;
        var parent = Parent();
        while (named is { } id ? IsThere(id) : Parent() == parent)
            await Task.Delay(BetweenLooks, time, cancellationToken);
    }

    private static bool IsThere(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static int Parent() => OperatingSystem.IsWindows() ? 0 : ParentOf();

    [LibraryImport("libc", EntryPoint = "getppid")]
    private static partial int ParentOf();
}
