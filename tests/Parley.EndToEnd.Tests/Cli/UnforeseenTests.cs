using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>What nobody foresaw ends the real program with a sentence too: made to happen by a hook that .NET runs before the program begins.</summary>
public sealed class UnforeseenTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-unforeseen-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_crashing_server_thread_ends_it_with_one_sentence_and_the_details_in_a_file()
    {
        var run = await ServeAsync([]);

        Assert.Equal(1, run.ExitCode);
        var file = Directory.GetFiles(_folder, "parley-error-*.txt").Single();
        Assert.Equal(
            $"parley: An unexpected error occurred: the sky has fallen. Please report it with {file}, which has the details; PARLEY_DEBUG=1 shows them here.",
            run.Error.Trim());
        Assert.Contains("   at StartupHook", await File.ReadAllTextAsync(file, Cancel), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task With_PARLEY_DEBUG_the_details_are_printed()
    {
        var run = await ServeAsync(new() { ["PARLEY_DEBUG"] = "1" });

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("   at StartupHook", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder, "parley-error-*.txt"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<CliRun> ServeAsync(Dictionary<string, string> more)
    {
        more["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        more["TMPDIR"] = _folder;
        more["XDG_CONFIG_HOME"] = _folder;
        return Binary.RunAsync(
            Binary.CommandOf(Binary.Portable, more, ["serve", "--port", "0", "--log-level", "error", "--data", Path.Combine(_folder, "data")]), Cancel);
    }
}
