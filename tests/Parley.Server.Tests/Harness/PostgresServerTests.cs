using System.Diagnostics;
using Npgsql;
using Parley.Tests.Postgres;
using Xunit;

namespace Parley.Server.Tests.Harness;

public sealed class PostgresServerTests
{
    [Fact]
    public async Task A_cluster_keeps_its_data_over_a_stop_and_leaves_nothing_behind()
    {
        string folder;
        await using (var server = await PostgresServer.StartAsync(fsync: false))
        {
            folder = Path.GetDirectoryName(server.LogFile)!;
            var original = await server.CreateDatabaseAsync();
            await server.ExecuteAsync("CREATE TABLE words (word text); INSERT INTO words VALUES ('kept')", original);

            await server.StopAsync();
            await Assert.ThrowsAsync<NpgsqlException>(() => server.ExecuteAsync("SELECT 1", original));
            await server.StartAgainAsync();

            var copy = await server.CreateDatabaseAsync(original);
            await server.DropDatabaseAsync(original);
            await using var connection = new NpgsqlConnection(server.ConnectionString(copy));
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var command = new NpgsqlCommand("SELECT word FROM words", connection);
            Assert.Equal("kept", await command.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        }

        Assert.False(Directory.Exists(folder));
    }

    /// <summary>How far a cluster has come when its minder is signaled.</summary>
    public enum Stage
    {
        /// <summary>The data is being made.</summary>
        Making,

        /// <summary>The server is there, and takes no connections yet.</summary>
        Starting,

        Ready,
    }

    public static TheoryData<string, Stage> Signals => new MatrixTheoryData<string, Stage>(["TERM", "INT", "HUP"], Enum.GetValues<Stage>());

    // A minder that does not hear ends with this test's process at last, by the end of its input.
    [Theory(Timeout = 120_000)]
    [MemberData(nameof(Signals))]
    public async Task A_cluster_whose_minder_is_signaled_leaves_no_server_and_no_folder_behind(string signal, Stage stage)
    {
        var temporary = Directory.CreateTempSubdirectory("parley-minder-");
        try
        {
            if (Environment.IsPrivilegedProcess && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(temporary.FullName, (UnixFileMode)0b111_111_111);
            using var minder = PostgresServer.StartMinder(temporary.FullName);
            using var reading = minder.StandardOutput;
            switch (stage)
            {
                case Stage.Making:
                    await Polling.UntilAsync("a cluster to be made", () => Found(temporary, "PG_VERSION"));
                    break;
                case Stage.Starting:
                    await Polling.UntilAsync("the cluster to start", () => Found(temporary, "postmaster.pid"));
                    break;
                default:
                    Assert.StartsWith("ready ", await reading.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
                    break;
            }

            using (var kill = Process.Start("kill", [$"-{signal}", $"{minder.Id}"]))
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            await minder.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.Empty(temporary.EnumerateFileSystemInfos());
            await Polling.UntilAsync("the cluster's processes to end", () => !Directory.EnumerateDirectories("/proc").Any(process => IsOf(process, temporary.FullName)));
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    private static bool Found(DirectoryInfo folder, string file)
    {
        try
        {
            return folder.EnumerateFiles(file, SearchOption.AllDirectories).Any();
        }
        catch (DirectoryNotFoundException)
        {
            // The cluster is being made: folders come and go.
            return false;
        }
    }

    private static bool IsOf(string process, string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Contains(folder, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            // It has just ended, or is no process.
            return false;
        }
    }
}
