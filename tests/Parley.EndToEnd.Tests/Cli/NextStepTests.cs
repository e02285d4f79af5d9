using System.Diagnostics;
using Parley.Cli.CommandLine;
using Parley.Cli.Serve;
using Parley.Server.Settings;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>What a server says to type next runs as it stands.</summary>
public sealed class NextStepTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley next ").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task In_another_terminal_it_finds_this_server()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command is read by a shell.");
        var start = Binary.Command(new Dictionary<string, string>(), "serve", "--port", "0", "--data", Path.Combine(_folder, "its data"), "--log-level", "error");
        start.WorkingDirectory = _folder;
        using var serving = Process.Start(start)!;
        try
        {
            var line = "";
            while (!line.Contains(" demo team ", StringComparison.Ordinal))
                line = await serving.StandardOutput.ReadLineAsync(Cancel) ?? throw new InvalidOperationException("The server says nothing to type next.");
            var command = line[..line.IndexOf("    in a third", StringComparison.Ordinal)].Trim() + " --fast";

            var shell = Binary.CommandOf("sh", new Dictionary<string, string>(), ["-c", command]);
            shell.WorkingDirectory = _folder;
            var run = await Binary.RunAsync(shell, Cancel);

            Assert.True(run.ExitCode == 0, $"{command}\n{run.Error}");
        }
        finally
        {
            serving.Kill();
            await serving.WaitForExitAsync(Cancel);
        }
    }

    [Fact]
    public async Task A_reader_that_stops_after_the_first_line_does_not_stop_the_server()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "A shell starts it.");
        var data = Path.Combine(_folder, "data");
        var start = Binary.Command(new Dictionary<string, string>(), "serve", "--port", "0", "--data", data, "--log-level", "error");
        using var serving = Process.Start(start)!;
        try
        {
            var first = await serving.StandardOutput.ReadLineAsync(Cancel);
            serving.StandardOutput.Close();

            var doctor = await Binary.RunAsync(new Dictionary<string, string> { ["PARLEY_DATA"] = data }, ["send", "human", "Still there?"], Cancel);

            Assert.StartsWith("Parley is listening on ", first, StringComparison.Ordinal);
            Assert.True(doctor.ExitCode == 0, doctor.Error);
        }
        finally
        {
            serving.Kill();
            await serving.WaitForExitAsync(Cancel);
        }
    }

    [Fact]
    public void It_is_called_as_it_was_called()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Paths of other systems.");
        var program = Path.Combine(_folder, "bin", "parley");
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        File.WriteAllText(program, "");
        var linked = Path.Combine(_folder, "links");
        Directory.CreateDirectory(linked);
        File.CreateSymbolicLink(Path.Combine(linked, "parley"), program);
        var other = Path.Combine(_folder, "other");
        Directory.CreateDirectory(other);
        File.WriteAllText(Path.Combine(other, "parley"), "");

        Assert.Equal("./parley", OwnName.Find("./parley", program, "/usr/bin", _folder));
        Assert.Equal("./bin/parley", OwnName.Find(null, program, "/usr/bin", _folder));
        Assert.Equal($"'{program}'", OwnName.Find(null, program, $"{other}:{linked}", linked));
        Assert.Equal("parley", OwnName.Find(null, program, $"/usr/bin:{linked}:{other}", linked));
        Assert.Equal("parley", OwnName.Find("./parley", "/elsewhere/parley", $"{_folder}/bin", $"{_folder}/bin"));
        Assert.Equal("parley", OwnName.Find(null, null, null, "/"));
    }

    [Fact]
    public void It_includes_only_what_differs_from_the_defaults()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Paths of other systems.");
        var settings = ServerSettings.Default with { DataFolder = "/home/ada/.local/share/parley" };

        Assert.Equal("./parley watch", new NextCommands(settings, "./parley", settings.DataFolder).Of("watch"));
        Assert.Equal("PARLEY_DATA='/it'\\''s mine' parley watch", new NextCommands(settings with { DataFolder = "/it's mine" }, "parley", settings.DataFolder).Of("watch"));
        Assert.Equal("parley watch --cacert /etc/cert.pem", new NextCommands(settings with { TlsCert = "/etc/cert.pem" }, "parley", settings.DataFolder).Of("watch"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
