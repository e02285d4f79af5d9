using System.ComponentModel;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Parley.Cli.CommandLine;

namespace Parley.Cli.Harnesses;

/// <summary>The programs of this machine: harnesses, and Parley itself.</summary>
internal static partial class MachinePrograms
{
    private static readonly TimeSpan TimeToSayVersion = TimeSpan.FromSeconds(10);

    /// <summary>How another program is to call this one: by its name if the PATH leads to it, else by its full path.</summary>
    internal static string Own()
    {
        var script = Environment.GetEnvironmentVariable(OwnName.Variable);
        return OwnName.Text == "parley" ? OwnName.Text : Path.GetFullPath(string.IsNullOrEmpty(script) ? Environment.ProcessPath! : script);
    }

    /// <summary>The path of a program; null if there is none.</summary>
    /// <param name="program">A name to look for on the PATH, or a path.</param>
    internal static string? Find(string program)
    {
        if (Path.IsPathRooted(program))
            return File.Exists(program) ? program : null;
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ".bat"] : [""];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => endings.Select(ending => Path.Combine(folder, program + ending))).FirstOrDefault(File.Exists);
    }

    /// <summary>What a program says its version is; null if it does not say.</summary>
    internal static async Task<string?> VersionAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(path, "--version") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false };
        using var patience = new CancellationTokenSource(TimeToSayVersion, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            using var process = Process.Start(start)!;
            process.StandardInput.Close();
            try
            {
                var errors = process.StandardError.ReadToEndAsync(either.Token);
                var output = await process.StandardOutput.ReadToEndAsync(either.Token);
                await process.WaitForExitAsync(either.Token);
                await errors;
                return Number().Match(output) is { Success: true } number ? number.Value : null;
            }
            finally
            {
                if (!process.HasExited)
                    process.Kill(entireProcessTree: true);
            }
        }
        catch (Exception failure) when (failure is Win32Exception or IOException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    [GeneratedRegex(@"[0-9]+(\.[0-9A-Za-z-]+)+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Number();
}
