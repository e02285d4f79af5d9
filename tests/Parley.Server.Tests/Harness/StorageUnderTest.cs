using System.Text;
using Parley.Protocol;
using Parley.Server.Settings;

namespace Parley.Server.Tests.Harness;

/// <summary>The storage that a class of tests runs against. Each such class has a subclass for SQLite and one for PostgreSQL.</summary>
public abstract class StorageUnderTest
{
    /// <summary>Room for the data of one server, empty yet.</summary>
    internal abstract Task<ServerData> NewAsync();

    /// <summary>The stores alone, without a server.</summary>
    internal abstract Task<StoreScope> OpenAsync(ProjectSettings? settings = null);

    /// <summary>The same where nothing else runs beside it: on a PostgreSQL started for this, which takes seconds, and gone with the result.</summary>
    internal abstract Task<StorageAlone> AloneAsync();
}

/// <summary>A storage that one test has for itself.</summary>
internal sealed class StorageAlone(StorageUnderTest storage, IAsyncDisposable? server = null) : IAsyncDisposable
{
    internal StorageUnderTest Storage => storage;

    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>A SQLite file in the data folder.</summary>
public sealed class OnSqlite : StorageUnderTest
{
    internal override Task<ServerData> NewAsync() => Task.FromResult(new ServerData(database: null));

    internal override async Task<StoreScope> OpenAsync(ProjectSettings? settings = null) => await SqliteStoreScope.OpenAsync(settings);

    internal override Task<StorageAlone> AloneAsync() => Task.FromResult(new StorageAlone(this));
}

/// <summary>A database of the run's PostgreSQL.</summary>
public sealed class OnPostgres(PostgresDatabases databases) : StorageUnderTest
{
    internal override async Task<ServerData> NewAsync() => new(await databases.CreateMigratedAsync());

    internal override async Task<StoreScope> OpenAsync(ProjectSettings? settings = null) => await PostgresStoreScope.OpenAsync(databases, settings);

    internal override Task<StorageAlone> AloneAsync()
    {
        // Autovacuum writes by itself, too.
        var own = new PostgresDatabases("autovacuum = off");
        return Task.FromResult(new StorageAlone(new OnPostgres(own), own));
    }
}

/// <summary>A data folder, and a database beside it where the storage has one; gone when disposed of. Outlives the servers that use it,
/// one after the other.</summary>
/// <param name="isGuest">Whether the database is another's, and stays.</param>
internal sealed class ServerData(TestDatabase? database, bool isGuest = false) : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-server-").FullName;

    /// <summary>Settings of a server on this data, on a free port.</summary>
    internal ServerSettings Settings => Change(ServerSettings.Default with { Port = 0, DataFolder = _folder, Database = database?.Address });

    /// <summary>What a test wants to be otherwise.</summary>
    internal Func<ServerSettings, ServerSettings> Change { private get; set; } = settings => settings;

    /// <summary>For another server on the same database, side by side with this one's: a folder is no two servers'.</summary>
    internal ServerData Join() => new(database ?? throw new InvalidOperationException("A SQLite file is one server's."), isGuest: true) { Change = Change };

    /// <summary>Everything that is stored, as text in which a secret would show.</summary>
    internal async Task<string> StoredAsync()
    {
        if (database is not null)
            return await database.TextAsync();
        var texts = Directory.GetFiles(_folder, "parley.db*").Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).Select(async file =>
        {
            await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            return await reader.ReadToEndAsync();
        });
        return string.Concat(await Task.WhenAll(texts));
    }

    public async ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        if (database is not null && !isGuest)
            await database.DisposeAsync();
    }
}
