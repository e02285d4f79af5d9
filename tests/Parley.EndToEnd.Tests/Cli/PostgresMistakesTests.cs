using System.Globalization;
using Parley.Tests.Postgres;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>A PostgreSQL that a server cannot use is refused at its start: with what to do, and before anything is made in it.</summary>
public sealed class PostgresMistakesTests(PostgresMistakesTests.Cluster cluster) : IClassFixture<PostgresMistakesTests.Cluster>, IDisposable
{
    private const string Everything = "SELECT string_agg(relkind::text || relname, ',' ORDER BY relname) FROM pg_class WHERE relnamespace = 'public'::regnamespace";

    private readonly string _folder = Directory.CreateTempSubdirectory("parley-mistakes-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("", "locked:wrong", "password authentication failed for user \"locked\". Correct the user and the password in 'database' (DATABASE_URL)")]
    [InlineData("", "postgres", "has the encoding LATIN1, which cannot hold every text; Parley needs UTF8. Make another and name that one: CREATE DATABASE parley ENCODING 'UTF8' TEMPLATE template0;", "LATIN1")]
    [InlineData("", "postgres", "has the encoding SQL_ASCII", "SQL_ASCII")]
    [InlineData("", "guest", "permission denied for schema public. Parley makes tables of its own: let the user of that address")]
    [InlineData("CREATE TABLE agent_messages (id int)", "postgres", "already has a table 'agent_messages' that is not Parley's. Nothing was changed")]
    [InlineData("CREATE VIEW agent_messages AS SELECT 1 AS id", "postgres", "already has a view 'agent_messages' that is not Parley's. Nothing was changed")]
    [InlineData("CREATE TABLE projects (id int)", "postgres", "already has a table 'projects' that is not Parley's. Nothing was changed")]
    [InlineData("CREATE TABLE parley_schema (version int); INSERT INTO parley_schema VALUES (9999)", "postgres", "made by a newer Parley")]
    public async Task A_start_is_refused_and_nothing_is_created(string setUp, string user, string sentence, string encoding = "UTF8")
    {
        var database = await cluster.DatabaseAsync(encoding, setUp);
        var before = await cluster.Server.AskAsync(Everything, database);

        var run = await RunAsync("serve", "--port", "0", "--log-level", "error", "--database", cluster.Url(user, database));

        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("parley: ", run.Error, StringComparison.Ordinal);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        StartMistakesTests.AssertNoInsides(run);
        Assert.Equal(before, await cluster.Server.AskAsync(Everything, database));
    }

    [Fact]
    public async Task A_missing_database_is_refused_with_the_statement_that_creates_it()
    {
        var run = await RunAsync("serve", "--port", "0", "--database", cluster.Url("postgres", "Not Here"));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Make it (CREATE DATABASE \"Not Here\" ENCODING 'UTF8' TEMPLATE template0;)", run.Error, StringComparison.Ordinal);
        StartMistakesTests.AssertNoInsides(run);
    }

    [Theory]
    [InlineData("CREATE TABLE recipes (id int)", "postgres", 7, "belongs to another program: it has a table 'recipes'. Nothing was changed")]
    [InlineData("CREATE TABLE projects (id int)", "postgres", 7, "belongs to another program: it has a table 'projects'. Nothing was changed")]
    [InlineData("", "guest", 1, "permission denied for schema public")]
    [InlineData("", "postgres", 1, "has the encoding LATIN1", "LATIN1")]
    public async Task An_import_into_the_wrong_database_is_refused_and_nothing_is_created(string setUp, string user, int exitCode, string sentence, string encoding = "UTF8")
    {
        var database = await cluster.DatabaseAsync(encoding, setUp);
        var before = await cluster.Server.AskAsync(Everything, database);
        var export = Path.Combine(_folder, "export.jsonl");
        ManyEntries.Write(export, 1);

        var run = await RunAsync("import", export, "--database", cluster.Url(user, database));

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
        StartMistakesTests.AssertNoInsides(run);
        Assert.Equal(before, await cluster.Server.AskAsync(Everything, database));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<CliRun> RunAsync(params string[] arguments) =>
        Binary.RunAsync(new Dictionary<string, string> { ["PARLEY_DATA"] = Path.Combine(_folder, "data"), ["XDG_CONFIG_HOME"] = _folder }, arguments, Cancel);

    public sealed class Cluster : IAsyncLifetime
    {
        // PostgreSQL runs as another user, who has to be able to read it.
        private readonly string _access = Path.Combine(Path.GetTempPath(), $"parley-hba-{Guid.NewGuid():N}");
        private int _databases;

        internal PostgresServer Server { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await File.WriteAllTextAsync(_access, "host all locked 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\n");
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(_access, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
            Server = await PostgresServer.StartAsync(fsync: false, $"hba_file = '{_access}'");
            await Server.ExecuteAsync("CREATE ROLE locked LOGIN PASSWORD 'right'");
            await Server.ExecuteAsync("CREATE ROLE guest LOGIN");
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            File.Delete(_access);
        }

        internal string Url(string user, string database) =>
            string.Create(CultureInfo.InvariantCulture, $"postgres://{user}@127.0.0.1:{Server.Port}/{Uri.EscapeDataString(database)}");

        internal async Task<string> DatabaseAsync(string encoding, string setUp)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"mistake_{Interlocked.Increment(ref _databases)}");
            await Server.ExecuteAsync($"CREATE DATABASE {name} TEMPLATE template0 ENCODING '{encoding}' LOCALE_PROVIDER libc LOCALE 'C'");
            if (setUp.Length > 0)
                await Server.ExecuteAsync(setUp, name);
            return name;
        }
    }
}
