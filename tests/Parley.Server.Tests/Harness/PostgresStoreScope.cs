using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.History;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Settings;
using Parley.Server.Squads;
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

    private bool _isGuest;

    /// <summary>Another node on the same database, with a clock and connections of its own.</summary>
    internal async Task<PostgresStoreScope> JoinAsync()
    {
        var node = new PostgresStoreScope(_database) { _isGuest = true };
        await node.LoadAsync(new ProjectSettings());
        return node;
    }

    internal override async Task<IDisposable> PauseWriterAsync()
    {
        var pause = new LanePause();
        _ = Database.Writer.WriteAsync(pause.WaitAsync, Xunit.TestContext.Current.CancellationToken).AsTask();
        await pause.Begun;
        return pause;
    }

    /// <summary>Cuts every connection of the lane at the server, as a restart of PostgreSQL does.</summary>
    internal async Task CutAsync() =>
        await ExecuteAsync($"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

    internal async Task<object?> ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    internal string ConnectionString => _database.ConnectionString;

    internal PostgresAddress Address => _database.Address;

    internal PostgresDatabase Database => Service<PostgresDatabase>();

    internal static async Task<PostgresStoreScope> OpenAsync(PostgresDatabases databases, ProjectSettings? settings = null) =>
        await OpenAsync(await databases.CreateMigratedAsync(), settings);

    /// <param name="database">Goes with the scope.</param>
    internal static async Task<PostgresStoreScope> OpenAsync(TestDatabase database, ProjectSettings? settings = null)
    {
        var scope = new PostgresStoreScope(database);
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
        if (!_isGuest)
            await _database.DisposeAsync();
    }

    private ServiceProvider Compose()
    {
        var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(Clock)
            .AddSingleton<IHandover>(Handover)
            .AddSingleton<IMailboxWaker>(Handover)
            .AddSingleton<ILoggerFactory>(Logged)
            .AddSingleton(typeof(ILogger<>), typeof(Logger<>))
            .AddSingleton<MessageAccess>().AddSingleton<ParticipantCache>().AddSquads()
            .AddPostgres(_database.Address)
            .AddProjects(_settings)
            .BuildServiceProvider();
        services.StartPostgres();
        return services;
    }
}

/// <summary>Holds the writing lane inside a transition of its own.</summary>
internal sealed class LanePause : IDisposable
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal Task Begun => _begun.Task;

    internal async Task<bool> WaitAsync(PostgresTransaction transaction)
    {
        _begun.TrySetResult();
        await _end.Task;
        return true;
    }

    public void Dispose() => _end.TrySetResult();
}
