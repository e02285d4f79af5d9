using System.Globalization;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Storage;
using Parley.Server.Storage.Sqlite;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>A project's deletion is one step for everybody who looks, and many for the disk.</summary>
public sealed class ProjectDeletionTests(PostgresDatabases databases)
{
    /// <summary>Rows of a table that one step takes at the most.</summary>
    private const int Step = 2_000;

    /// <summary>Things of a project, the oldest of them older than its log, of which retention has taken a part.</summary>
    private const int Things = 5_000;


    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_interrupted_deletion_is_finished()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var projects = store.Service<IProjectStore>();
        var doomed = await projects.AddAsync("doomed", "Doomed", new ProjectSettings(), Cancel);
        // As a kill leaves it: out of everybody's sight, its rows still there.
        await store.Writer.WriteAsync(
            connection => connection.Prepare("UPDATE projects SET project_id = number || '/deleted/' || project_id WHERE number = ?1").Bind(1, doomed!.Number).Run(), Cancel);
        await store.ReopenAsync();
        projects = store.Service<IProjectStore>();
        Assert.DoesNotContain(await projects.LoadAsync(Cancel), project => project.Number == doomed!.Number);

        Assert.Equal(1, await projects.FinishDeletionsAsync(Cancel));

        Assert.Equal(0, await projects.FinishDeletionsAsync(Cancel));
        Assert.NotNull(await projects.AddAsync("doomed", "Doomed again", new ProjectSettings(), Cancel));
    }

    [Fact]
    public async Task A_projects_contents_are_deleted_in_limited_steps_on_SQLite()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var (doomed, next) = await FillAsync(store, sql => store.Writer.WriteAsync(connection => connection.Prepare(sql).Run(), Cancel).AsTask());
        var left = new ThingsLeft();
        store.Writer.Register(left);

        await store.Service<IProjectStore>().DeleteAsync(doomed, Cancel);

        AssertSteps(left.Counts);
        Assert.Equal([$"{Things}"], await store.QueryAsync($"SELECT count(*) FROM entities WHERE project = {next}", 1));
        Assert.Equal([$"{Things}"], await store.QueryAsync("SELECT count(*) FROM entity_marks", 1));
    }

    [Fact]
    public async Task A_projects_contents_are_deleted_in_limited_steps_on_PostgreSQL()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);
        var (doomed, next) = await FillAsync(store, store.ExecuteAsync);
        await store.ExecuteAsync(
            """
            CREATE TABLE steps (number bigserial, things bigint);
            CREATE FUNCTION note_step() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO steps (things) SELECT count(*) FROM entities; RETURN NULL; END $$;
            CREATE TRIGGER step AFTER DELETE ON entities FOR EACH STATEMENT EXECUTE FUNCTION note_step();
            """);

        await store.Service<IProjectStore>().DeleteAsync(doomed, Cancel);

        AssertSteps([.. (await store.QueryAsync("SELECT things FROM steps ORDER BY number", 1)).Select(line => long.Parse(line, CultureInfo.InvariantCulture))]);
        Assert.Equal([$"{Things}"], await store.QueryAsync($"SELECT count(*) FROM entities WHERE project = {next}", 1));
        Assert.Equal([$"{Things}"], await store.QueryAsync("SELECT count(*) FROM entity_marks", 1));
    }

    /// <returns>The numbers of a project and of the next, with as many things.</returns>
    private static async Task<(int Doomed, int Next)> FillAsync<T>(StoreScope store, Func<string, Task<T>> run)
    {
        var projects = store.Service<IProjectStore>();
        var doomed = (await projects.AddAsync("doomed", "Doomed", new ProjectSettings(), Cancel))!.Number;
        var next = (await projects.AddAsync("next", "Next", new ProjectSettings(), Cancel))!.Number;
        foreach (var project in new[] { doomed, next })
        {
            var first = LogKey.First(project);
            var numbers = $"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {Things})";
            await run(
                $"""
                {numbers} INSERT INTO entities (place, project, kind, id_bits, made_at, changed, changed_at, maker, is_over, body)
                SELECT {first} + i, {project}, 200, 0, 0, {first} + i, 0, 0, 0, '[]' FROM n
                """);
            await run($"{numbers} INSERT INTO entity_marks (place, mark) SELECT {first} + i, '200/open' FROM n");
        }

        // The log begins behind most of them.
        await store.Service<ILogAppender>().AppendAsync(
            doomed, [new NewEntry(EntryKind.Deletion, Audience.Project, 0, "entry", (_, _) => "{}"u8.ToArray())], Cancel);
        await run($"UPDATE log SET place = {LogKey.First(doomed) + Things - 10} WHERE place >= {LogKey.First(doomed)} AND place <= {LogKey.Last(doomed)}");
        return (doomed, next);
    }

    /// <param name="left">How many things there are after each transaction or deletion.</param>
    private static void AssertSteps(IReadOnlyList<long> left)
    {
        Assert.Equal(Things, left[^1]);
        Assert.All(left.Prepend(2 * Things).Zip(left), step => Assert.InRange(step.First - step.Second, 0, Step));
    }

    /// <summary>Counts the things at the end of each transaction.</summary>
    private sealed class ThingsLeft : IWriterCache
    {
        private readonly List<long> _counts = [];

        internal IReadOnlyList<long> Counts => _counts;

        public void Flush(SqliteConnection connection) => _counts.Add(connection.Prepare("SELECT count(*) FROM entities").Scalar()!.Value);

        public void Reset()
        {
        }
    }
}
