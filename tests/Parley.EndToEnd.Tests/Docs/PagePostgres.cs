using Parley.Tests.Postgres;

namespace Parley.EndToEnd.Tests.Docs;

/// <summary>The PostgreSQL of the pages that speak of one, made for the first of them.</summary>
public sealed class PagePostgres : IAsyncDisposable
{
    private const string Name = "parley";
    private readonly Lazy<Task<PostgresServer>> _server = new(() => PostgresServer.StartAsync(fsync: false));

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
            await (await _server.Value).DisposeAsync();
    }

    /// <summary>Gets its port, with nothing there of the page before.</summary>
    /// <param name="isMade">The page takes a database for given.</param>
    internal async Task<int> PortAsync(bool isMade)
    {
        var server = await _server.Value;
        await server.DropDatabaseAsync(Name);
        await server.ExecuteAsync($"DROP ROLE IF EXISTS {Name}");
        if (!isMade)
            return server.Port;
        await server.ExecuteAsync($"CREATE ROLE {Name} LOGIN PASSWORD 'PASSWORD'");
        await server.ExecuteAsync($"CREATE DATABASE {Name} OWNER {Name} ENCODING 'UTF8' TEMPLATE template0");
        return server.Port;
    }
}
