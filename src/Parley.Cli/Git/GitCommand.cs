using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Parley.Cli.CommandLine;

namespace Parley.Cli.Git;

/// <summary>Runs git in the current folder.</summary>
internal static class GitCommand
{
    /// <summary>What git prints.</summary>
    /// <exception cref="CommandException">Git is not installed, or it failed, usually because this is not a repository.</exception>
    internal static async Task<string> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("git", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        using var process = Start(start);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        // For a wrong command, as 'git diff --cached' is outside of a repository, git prints pages of help after the first line.
        return process.ExitCode == 0 ? output : throw new CommandException(
            ExitCode.Failed, $"git {arguments.First(argument => argument[0] != '-' && !argument.Contains('=', StringComparison.Ordinal))} failed: {(await errors).Split('\n')[0].Trim()}",
            "Run this in a git repository.");
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception missing)
        {
            throw new CommandException(ExitCode.Failed, $"Cannot run git: {missing.Message}", "Install git, or add it to PATH.", missing);
        }
    }
}
