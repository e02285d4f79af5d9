using Parley.Server.Tests.Harness;
using Parley.Tests.Postgres;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresDatabases))]

namespace Parley.Server.Tests.Harness;

/// <summary>The run's PostgreSQL, started by the first test that asks for a database.</summary>
public sealed class PostgresDatabases : IAsyncDisposable
{
    // No test in this assembly pulls the plug: what outlives a crash is asked where the published program is killed.
    private readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.StartAsync(fsync: false));

    internal Task<PostgresServer> Server => _server.Value;

    /// <summary>An empty database, dropped with the result.</summary>
    internal async Task<TestDatabase> CreateEmptyAsync()
    {
        var server = await Server;
        return new TestDatabase(server, await server.CreateDatabaseAsync());
    }

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated && _server.Value.IsCompletedSuccessfully)
            await (await _server.Value).DisposeAsync();
    }
}

/// <summary>A database for one test.</summary>
internal sealed class TestDatabase(PostgresServer server, string name) : IAsyncDisposable
{
    internal string ConnectionString => server.ConnectionString(name);

    internal string Url => server.Url(name);

    public async ValueTask DisposeAsync() => await server.DropDatabaseAsync(name);
}
