using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Parley.EndToEnd.Tests.Durability;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>What the README says to type first, typed: by somebody without any files of Parley, a terminal a line.</summary>
public sealed partial class ReadmeTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly string _home = Directory.CreateTempSubdirectory("parley-readme-").FullName;
    private readonly List<Process> _terminals = [];

    public ReadmeTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "The README's commands are for bash.");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var terminal in _terminals)
        {
            terminal.Kill(entireProcessTree: true);
            terminal.WaitForExit();
            terminal.Dispose();
        }

        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task The_first_commands_make_two_agents_talk()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(PublishedBinary.FindRepository()!, "README.md"), Cancel);
        var lines = FirstBlock().Match(readme).Groups["code"].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        // The checkout's own script builds the program first; here it is built.
        await File.WriteAllTextAsync(Path.Combine(_home, "parley"), $"#!/usr/bin/env bash\nexec '{Binary.Command(new Dictionary<string, string>()).FileName}' \"$@\"\n", Cancel);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(Path.Combine(_home, "parley"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        var server = Type(lines[0]);
        await SeenAsync(server, "listening on");
        var bob = Type(lines[1]);
        await SeenAsync(bob, "Registered agent 'bob'.");
        var ada = await Binary.RunAsync(Terminal(lines[2]), Cancel);

        Assert.True(ada.ExitCode == 0, ada.Error);
        Assert.Contains("Registered agent 'ada'.", ada.Error, StringComparison.Ordinal);
        await SeenAsync(bob, "ada → bob");
        await SeenAsync(bob, "The build is red, please look.");
    }

    private static async Task SeenAsync(StringBuilder screen, string text) =>
        Assert.True(await Until.TrueAsync(() => Shown(screen).Contains(text, StringComparison.Ordinal), Patience, Cancel), $"No '{text}' in: {Shown(screen)}");

    private static string Shown(StringBuilder screen)
    {
        lock (screen)
            return screen.ToString();
    }

    /// <summary>Runs a line and leaves it running.</summary>
    private StringBuilder Type(string line)
    {
        var screen = new StringBuilder();
        var process = Process.Start(Terminal(line))!;
        _terminals.Add(process);
        process.OutputDataReceived += (_, read) => Show(read.Data);
        process.ErrorDataReceived += (_, read) => Show(read.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return screen;

        void Show(string? text)
        {
            lock (screen)
                screen.AppendLine(text);
        }
    }

    private ProcessStartInfo Terminal(string line)
    {
        // The port alone is not the README's: a developer's own server may have it.
        var start = Binary.CommandOf("bash", new Dictionary<string, string> { ["HOME"] = _home, ["PARLEY_PORT"] = "0" }, ["-c", line]);
        start.WorkingDirectory = _home;
        start.Environment.Remove("XDG_DATA_HOME");
        start.Environment.Remove("XDG_CONFIG_HOME");
        return start;
    }

    [GeneratedRegex(@"^```sh\n(?<code>(.*\n)*?)```", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex FirstBlock();
}
