using Microsoft.Extensions.Logging;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Settings;

public sealed class ListeningTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("0.0.0.0")]
    [InlineData("*")]
    public async Task A_client_of_this_machine_finds_the_server_wherever_it_listens(string host)
    {
        await using var data = await new OnSqlite().NewAsync();
        await using var server = await ParleyServer.BuildAsync(data.Settings with { Host = host, Port = 0, LogLevel = LogLevel.Error }, cancellationToken: Cancel);
        await server.StartAsync(Cancel);

        var found = new Uri((await File.ReadAllTextAsync(Path.Combine(data.Settings.DataFolder, "server.url"), Cancel)).Trim());

        Assert.True(found.IsLoopback);
        Assert.Equal(server.Address.Port, found.Port);
        using var http = new HttpClient();
        Assert.True((await http.GetAsync(new Uri(found, "/health/ready"), Cancel)).IsSuccessStatusCode);
    }
}
