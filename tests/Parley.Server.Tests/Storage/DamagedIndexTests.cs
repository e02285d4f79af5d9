using System.Net;
using Parley.Server.Coordination;
using Parley.Server.Settings;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>The index comes from the log: whatever happens to its file costs nothing but the time to make it again.</summary>
public sealed class DamagedIndexTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-index-").FullName;

    private string Index => Path.Combine(_folder, "index.db");

    private ServerSettings Settings => ServerSettings.Default with { DataFolder = _folder };

    [Theory]
    [InlineData("text")]
    [InlineData("later pages")]
    [InlineData("a folder")]
    [InlineData("another database")]
    [InlineData("closed to its owner")]
    [InlineData("not there")]
    public async Task A_server_with_a_damaged_index_starts_and_rebuilds_it(string how)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() && how == "closed to its owner", "Windows has no such bits.");
        await using (await StartAsync())
        {
        }

        Damage(how);

        await using var server = await LiveServer.StartAsync(Settings);
        Assert.Equal(HttpStatusCode.Created, (await server.SendAsync("bob", "needle two")).Status);
        await AssertFoundAsync(server, "needle one", "needle two");
        await AssertHealthyAsync(server);
    }

    [Theory]
    [InlineData("later pages")]
    [InlineData("not there")]
    [InlineData("another database")]
    public async Task A_server_whose_index_becomes_damaged_continues_and_rebuilds_it(string how)
    {
        await using (await StartAsync())
        {
        }

        await using var server = await LiveServer.StartAsync(Settings);

        Damage(how);

        Assert.Equal(HttpStatusCode.Created, (await server.SendAsync("bob", "needle two")).Status);
        await AssertFoundAsync(server, "needle one", "needle two");
        await AssertHealthyAsync(server);
        Assert.Equal(HttpStatusCode.Created, (await server.SendAsync("bob", "needle three")).Status);
        await AssertFoundAsync(server, "needle one", "needle two", "needle three");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task<LiveServer> StartAsync()
    {
        var server = await LiveServer.StartAsync(Settings);
        await server.RegisterAsync("bob");
        for (var i = 0; i < 100; i++)
            await server.SendAsync("bob", $"hay {i}");
        await server.SendAsync("bob", "needle one");
        await AssertFoundAsync(server, "needle one");
        return server;
    }

    private static async Task AssertFoundAsync(LiveServer server, params string[] contents)
    {
        await server.UntilAsync("/api/v1/messages?q=needle", (status, body) => status == HttpStatusCode.OK && body.GetProperty("items").GetArrayLength() == contents.Length);
        Assert.Equal(contents, await server.ContentsAsync("q=needle"));
    }

    private static async Task AssertHealthyAsync(LiveServer server)
    {
        await server.UntilAsync("/health", (status, body) => status == HttpStatusCode.OK && body.GetProperty("status").GetString() == "ok");
        Assert.Null(server.Get<BackgroundFaults>().Reason);
    }

    private void Damage(string how)
    {
        switch (how)
        {
            case "text":
                File.WriteAllText(Index, "This was an index once.");
                break;
            case "later pages":
                // The first page, which alone is read at the opening, stays.
                using (var file = new FileStream(Index, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
                {
                    var length = file.Length;
                    file.Position = 4_096;
                    file.Write(Enumerable.Repeat((byte)0xa5, (int)length - 4_096).ToArray());
                }

                break;
            case "a folder":
                File.Delete(Index);
                Directory.CreateDirectory(Path.Combine(Index, "deep"));
                break;
            case "another database":
                foreach (var part in Directory.GetFiles(_folder, "index.db*"))
                    File.Delete(part);
                using (var other = Server.Storage.Sqlite.SqliteConnection.Open(Index, readOnly: false))
                    other.Execute("CREATE TABLE other (x)");
                break;
            case "closed to its owner" when !OperatingSystem.IsWindows():
                File.SetUnixFileMode(Index, UnixFileMode.None);
                break;
            default:
                foreach (var part in Directory.GetFiles(_folder, "index.db*"))
                    File.Delete(part);
                break;
        }
    }
}
