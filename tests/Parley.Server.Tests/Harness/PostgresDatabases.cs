using Npgsql;
using Parley.Server.Settings;
using Parley.Server.Storage.Postgres;
using Parley.Server.Tests.Harness;
using Parley.Tests.Postgres;
using Xunit;

[assembly: AssemblyFixture(typeof(PostgresDatabases))]

namespace Parley.Server.Tests.Harness;

/// <summary>The run's PostgreSQL, started by the first test that asks for a database.</summary>
public sealed class PostgresDatabases : IAsyncDisposable
{
    // No test in this assembly pulls the plug: what outlives a crash is asked where the published program is killed.
    private readonly Lazy<Task<PostgresServer>> _server;

    private readonly Lazy<Task<string>> _template;

    public PostgresDatabases()
        : this([])
    {
    }

    /// <param name="settings">Lines for <c>postgresql.conf</c>.</param>
    internal PostgresDatabases(params string[] settings)
    {
        _server = new(() => PostgresServer.StartAsync(fsync: false, settings));
        _template = new(MigrateTemplateAsync);
    }

    internal Task<PostgresServer> Server => _server.Value;

    /// <summary>An empty database, dropped with the result.</summary>
    internal async Task<TestDatabase> CreateEmptyAsync()
    {
        var server = await Server;
        return new TestDatabase(server, await server.CreateDatabaseAsync());
    }

    /// <summary>A database with Parley's tables, as a server finds it at its second start; dropped with the result.</summary>
    internal async Task<TestDatabase> CreateMigratedAsync()
    {
        var server = await Server;
        // Copied: a copy of some megabytes is made faster than a hundred tables and indexes.
        return new TestDatabase(server, await server.CreateDatabaseAsync(await _template.Value));
    }

    private async Task<string> MigrateTemplateAsync()
    {
        var server = await Server;
        var name = await server.CreateDatabaseAsync();
        var way = new NpgsqlConnectionStringBuilder(server.ConnectionString(name)) { Pooling = false };
        await using var connection = new NpgsqlConnection(way.ConnectionString);
        await connection.OpenAsync();
        PostgresMigrator.Migrate(connection);
        return name;
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

    /// <summary>For a command's answer; null: as the server has it.</summary>
    internal TimeSpan? Patience { get; init; }

    internal PostgresAddress Address
    {
        get
        {
            var address = (PostgresAddress)SettingKinds.Database(server.Url(name)).Value!;
            return Patience is not { TotalSeconds: var seconds }
                ? address
                : address with { ConnectionString = new NpgsqlConnectionStringBuilder(address.ConnectionString) { CommandTimeout = (int)seconds }.ConnectionString };
        }
    }

    /// <summary>Every row of every table.</summary>
    internal async Task<string> TextAsync()
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            // As rows of text: XML has no infinite timestamps, such as that of a leadership that nobody has taken yet.
            "SELECT string_agg(query_to_xml(format('SELECT t::text FROM %I t', table_name), true, false, '')::text, '') FROM information_schema.tables WHERE table_schema = 'public'", connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync() => await server.DropDatabaseAsync(name);
}
