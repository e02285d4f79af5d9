using System.Diagnostics;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>What a call of the binary left behind.</summary>
public sealed record CliRun(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of standard output.</summary>
    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>The real <c>parley</c>: that of <c>PARLEY_BIN</c>, else the one that was built with the tests, for the .NET runtime.</summary>
internal static class Binary
{
    // A hang is a failure; no command of a test takes a tenth of this.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly string Path = Environment.GetEnvironmentVariable("PARLEY_BIN") is { Length: > 0 } given ? given : FindPortable();

    /// <summary>The one for the .NET runtime, whichever the others use.</summary>
    public static string Portable => FindPortable();

    public static ProcessStartInfo Command(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) =>
        CommandOf(Path, environment, arguments);

    /// <summary>A command in a pseudo-terminal. Its errors come with its output.</summary>
    public static ProcessStartInfo InTerminal(IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) => CommandOf(
        "script", environment.Append(new("TERM", "xterm")).ToDictionary(),
        ["--quiet", "--flush", "--return", "--command", string.Join(' ', arguments.Prepend(Path).Select(argument => $"'{argument}'")), "/dev/null"]);

    public static ProcessStartInfo CommandOf(string program, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };

        // The machine's own server, if there is one, is none of a test's business.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PARLEY_", StringComparison.Ordinal)).ToArray())
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return start;
    }

    /// <summary>Runs it to its end.</summary>
    public static Task<CliRun> RunAsync(
        IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments, CancellationToken cancellationToken, string input = "") =>
        RunAsync(Command(environment, arguments), cancellationToken, input);

    /// <inheritdoc cref="RunAsync(IReadOnlyDictionary{string, string}, IEnumerable{string}, CancellationToken, string)"/>
    public static async Task<CliRun> RunAsync(ProcessStartInfo command, CancellationToken cancellationToken, string input = "")
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var process = Process.Start(command)!;
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), patience.Token);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return new CliRun(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    private static string FindPortable()
    {
        // artifacts/bin/Parley.EndToEnd.Tests/debug/ -> artifacts/bin/Parley.Cli/debug/parley
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var name = OperatingSystem.IsWindows() ? "parley.exe" : "parley";
        var path = System.IO.Path.Combine(own.Parent!.Parent!.FullName, "Parley.Cli", own.Name, name);
        return File.Exists(path) ? path : throw new FileNotFoundException("Build src/Parley.Cli first.", path);
    }
}
