using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Settings;
using Parley.Server.Storage.Postgres;

namespace Parley.Server.Tests.Harness;

/// <summary>The stores on PostgreSQL, put together as the server puts them together, in a database that goes with the scope.</summary>
internal sealed class PostgresStoreScope : StoreScope
{
    private readonly TestDatabase _database;
    private readonly ServerSettings _settings;
    private ServiceProvider _services;

    private PostgresStoreScope(TestDatabase database)
    {
        _database = database;
        _settings = ServerSettings.Default with { Database = database.Address };
        Provider = _services = Compose();
    }

    internal PostgresDatabase Database => Service<PostgresDatabase>();

    internal static async Task<PostgresStoreScope> OpenAsync(PostgresDatabases databases, ProjectSettings? settings = null)
    {
        var scope = new PostgresStoreScope(await databases.CreateMigratedAsync());
        await scope.LoadAsync(settings ?? new ProjectSettings());
        return scope;
    }

    internal override async Task ReopenAsync()
    {
        var gone = Database.Node;
        await _services.DisposeAsync();
        // A restart takes time; a store may tell its lives apart by when they began.
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        Provider = _services = Compose();
        await LoadAsync(new ProjectSettings());
        // Who finds a node gone gives back what its connections held; a node that starts is a new one.
        await Service<PostgresMessageStore>().ReleaseNodeAsync(gone, Xunit.TestContext.Current.CancellationToken);
    }

    internal override async Task<IReadOnlyList<string>> QueryAsync(string sql, int columns)
    {
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync();
        var lines = new List<string>();
        while (await rows.ReadAsync())
        {
            lines.Add(string.Join('|', Enumerable.Range(0, columns).Select(column => rows.GetValue(column) switch
            {
                DBNull => null,
                DateTime time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                var value => Convert.ToString(value, CultureInfo.InvariantCulture),
            })));
        }

        return lines;
    }

    public override async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    private ServiceProvider Compose()
    {
        var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<IHandover>(Handover)
            .AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance)
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddSingleton<MessageAccess>()
            .AddPostgres(_database.Address)
            .AddProjects(_settings)
            .BuildServiceProvider();
        services.StartPostgres();
        return services;
    }
}
