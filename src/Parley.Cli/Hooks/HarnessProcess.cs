using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Parley.Cli.Hooks;

/// <summary>The process of the session that started this one.</summary>
internal static partial class HarnessProcess
{
    private const string Input = "--input-format", Stream = "stream-json";

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(5);

    /// <summary>Whether it ends after one prompt, as <c>claude -p</c> does. It waits for its hooks in the background before it ends, and for a waiter it
    /// would wait in vain.</summary>
    internal static bool IsOneShot()
    {
        if (Environment.GetEnvironmentVariable("CLAUDE_CODE_SESSION_ATTENDED") != "0")
            return false;
        try
        {
            // Of the sessions that nobody attends, those with a stream of prompts go on.
            var words = File.ReadAllText($"/proc/{Environment.GetEnvironmentVariable("CLAUDE_PID")}/cmdline").Split('\0');
            var at = Array.IndexOf(words, Input);
            return !words.Contains($"{Input}={Stream}") && !(at >= 0 && at + 1 < words.Length && words[at + 1] == Stream);
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

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
