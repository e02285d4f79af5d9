using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Parley.Cli.CommandLine;
using Parley.Cli.Harnesses;
using Parley.Cli.Hooks;

namespace Parley.Cli.Doctor;

/// <summary>Runs the hook of each harness as the harness would, with an event that changes nothing.</summary>
internal static class HookChecks
{
    private const string Event = """{"hook_event_name": "ParleyCheck", "session_id": "parley-doctor"}""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    internal static async IAsyncEnumerable<Finding> RunAsync(Call call)
    {
        var project = FolderName.WorkTree(Environment.CurrentDirectory) ?? Environment.CurrentDirectory;
        foreach (var harness in InstalledHarness.All)
        {
            foreach (var place in (InstalledAt[])[InstalledAt.Look(harness, project: null), InstalledAt.Look(harness, project)])
            {
                if (place.Problem is { } problem)
                {
                    yield return Finding.Warn(harness.Name, problem, "Correct the file, and run this again.");
                    continue;
                }

                foreach (var command in place.Commands.Where(IsRun).DistinctBy(static command => string.Join('\0', command)))
                    yield return await TryAsync(harness, command, call);
            }
        }
    }

    private static bool IsRun(IReadOnlyList<string> command) =>
        command is [_, "hook", "run", ..] || (command is [var line] && line.Contains(" hook run ", StringComparison.Ordinal));

    private static async Task<Finding> TryAsync(InstalledHarness harness, IReadOnlyList<string> command, Call call)
    {
        var shown = string.Join(' ', command);
        var again = $"Run 'parley hook install {harness.Name}' again.";
        var start = command.Count > 1 ? new ProcessStartInfo(command[0], command.Skip(1))
            : OperatingSystem.IsWindows() ? new ProcessStartInfo("cmd", ["/c", command[0]]) : new ProcessStartInfo("sh", ["-c", command[0]]);
        (start.RedirectStandardInput, start.RedirectStandardOutput, start.RedirectStandardError, start.UseShellExecute) = (true, true, true, false);
        start.StandardOutputEncoding = Encoding.UTF8;
        start.Environment["PARLEY_DEBUG"] = "1";
        // The operators' inbox is always there, so no agent is registered only to be checked. Others than operators have an agent of their own.
        if (!IsExplicit(call))
            start.Environment["PARLEY_AGENT"] = Call.Operators;
        try
        {
            using var process = Process.Start(start)!;
            using var patience = new CancellationTokenSource(Patience, call.Time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, patience.Token);
            var began = call.Time.GetTimestamp();
            try
            {
                await process.StandardInput.WriteAsync(Event.AsMemory(), either.Token);
                process.StandardInput.Close();
                var errors = process.StandardError.ReadToEndAsync(either.Token);
                var output = await process.StandardOutput.ReadToEndAsync(either.Token);
                await process.WaitForExitAsync(either.Token);
                var took = call.Time.GetElapsedTime(began);
                return process.ExitCode == 0 && HookJson.IsObject(Encoding.UTF8.GetBytes(output))
                    ? Finding.Ok(harness.Name, $"its hook answers in {took.TotalMilliseconds:0} ms: {shown}")
                    : Finding.Fail(harness.Name, $"its hook answers nothing: {Reason(await errors, process.ExitCode)} ({shown})", "Without an answer, the harness goes on as without Parley. See the checks above.");
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception failure) when (failure is Win32Exception or IOException)
        {
            return Finding.Fail(harness.Name, $"its hook cannot be run: {failure.Message} ({shown})", again);
        }
        catch (OperationCanceledException) when (!call.Cancellation.IsCancellationRequested)
        {
            return Finding.Fail(harness.Name, $"its hook did not end within {Patience.TotalSeconds:0} s ({shown})", again);
        }
    }

    private static bool IsExplicit(Call call)
    {
        try
        {
            return call.Location.TokenIsExplicit;
        }
        catch (CommandException)
        {
            return false;
        }
    }

    private static string Reason(string errors, int exitCode) =>
        errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [.., var last] ? last : $"exit code {exitCode}";
}
