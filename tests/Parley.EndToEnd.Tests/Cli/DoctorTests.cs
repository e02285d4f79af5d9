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
