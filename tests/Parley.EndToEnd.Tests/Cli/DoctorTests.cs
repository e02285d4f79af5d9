using System.Diagnostics;
using System.Text.RegularExpressions;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

public sealed class DoctorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-doctor-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_names_the_SQLite_that_the_server_uses()
    {
        var environment = new Dictionary<string, string> { ["PARLEY_DATA"] = _folder, ["XDG_CONFIG_HOME"] = _folder };
        var said = await StorageOfServerAsync(environment);

        var doctor = await Binary.RunAsync(environment, ["doctor", "--json"], Cancel);

        Assert.Contains(said, doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_names_files_that_others_can_open_and_a_database_that_is_damaged_and_says_what_to_do()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such bits.");
        var environment = new Dictionary<string, string> { ["PARLEY_DATA"] = _folder, ["XDG_CONFIG_HOME"] = _folder };
        _ = await StorageOfServerAsync(environment);
        var database = Path.Combine(_folder, "parley.db");
        Assert.Contains("is undamaged", (await Binary.RunAsync(environment, ["doctor"], Cancel)).Output, StringComparison.Ordinal);

        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(database, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        File.Delete($"{database}-wal");
        await File.WriteAllTextAsync(database, "Dear diary, this is a text and no database.", Cancel);
        var run = await Binary.RunAsync(environment, ["doctor"], Cancel);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"chmod 600 {database}", string.Join(' ', run.Output.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Contains("parley restore FILE --replace", string.Join(' ', run.Output.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Version and origin, as the server says them at its start.</summary>
    private static async Task<string> StorageOfServerAsync(Dictionary<string, string> environment)
    {
        using var server = Process.Start(Binary.Command(environment, "serve", "--port", "0"))!;
        try
        {
            while (await server.StandardOutput.ReadLineAsync(Cancel) is { } line)
            {
                if (Regex.Match(line, @"SQLite (?<library>\d\S+ \([^)]+\))", RegexOptions.ExplicitCapture, TimeSpan.FromMinutes(1)) is { Success: true } found)
                    return found.Groups["library"].Value;
            }

            throw new InvalidOperationException("The server does not say what holds its data.");
        }
        finally
        {
            server.Kill();
            await server.WaitForExitAsync(CancellationToken.None);
        }
    }
}
