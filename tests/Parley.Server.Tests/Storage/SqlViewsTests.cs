using System.Text.RegularExpressions;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Squads;
using Parley.Server.Tests.Architecture;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>The views for a person with SQL, asked by the very queries of <c>docs/reference/sql.md</c>.</summary>
/// <param name="shell">Which of the page's queries are meant, where the two databases speak differently.</param>
public abstract partial class SqlViewsTests(StorageUnderTest storage, string shell)
{
    private const string ExecutionOfThePage = "0199e1c2-8d3f-7a51-9c0e-5b1f0d6a7e42";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_messages_of_an_execution_come_with_both_roles()
    {
        await using var store = await storage.OpenAsync();
        var execution = await BeginAsync(store, "alpha", ("ada", "lead"), ("bob", "developer"));
        await store.StoreAsync(new Letter("ada", "bob") { Content = "Please \"implement\"\n…", Type = "task_assignment", Execution = execution.Row.Made });
        await store.StoreAsync(new Letter("bob", "cyd") { Content = "Look", Type = "question", Execution = execution.Row.Made });
        await store.StoreAsync(new Letter("cyd", "ada", "bob") { Content = "Done", Type = "answer", Execution = execution.Row.Made });
        await store.StoreAsync(new Letter("ada", "bob") { Content = "elsewhere" });

        var rows = await store.QueryAsync(Query("The messages of an execution, with both roles").Replace(ExecutionOfThePage, execution.Row.Id.ToString(), StringComparison.Ordinal), columns: 5);

        var at = Wire(store.Clock.GetUtcNow());
        Assert.Equal([$"{at}|lead|developer|task_assignment|Please \"implement\"\n…", $"{at}|developer||question|Look", $"{at}|||answer|Done"], rows);
    }

    [Fact]
    public async Task Volume_activity_and_timeline_count_what_was_sent()
    {
        await using var store = await storage.OpenAsync();
        var start = store.Clock.GetUtcNow();
        var bucket = new DateTimeOffset(start.Ticks - (start.Ticks % TimeSpan.FromMinutes(5).Ticks), TimeSpan.Zero);
        await store.SendAllAsync(new Letter("ada", "bob") { Type = "question" }, new Letter("bob", "ada") { Type = "answer" }, Letter.ToAll("ada"));
        store.Clock.Advance(TimeSpan.FromMinutes(5));
        await store.StoreAsync(new Letter("ada", "bob") { Type = "question" });

        Assert.Equal(["question|2", "answer|1", "text|1"], await store.QueryAsync(Query("Volume by type"), columns: 2));
        Assert.Equal(
            [$"ada|3|{Wire(start)}|{Wire(store.Clock.GetUtcNow())}", $"bob|1|{Wire(start)}|{Wire(start)}"], await store.QueryAsync(Query("Activity by agent"), columns: 4));
        Assert.Equal(
            [$"{Wire(bucket)}|3", $"{Wire(bucket.AddMinutes(5))}|1"], await store.QueryAsync(Query("A timeline in buckets of five minutes"), columns: 2));
    }

    [Fact]
    public async Task A_message_to_one_shows_when_it_was_delivered_and_read()
    {
        await using var store = await storage.OpenAsync();
        var read = await store.StoreAsync(new Letter("ada", "bob"));
        var claimed = await store.ClaimOneAsync("bob");
        store.Clock.Advance(TimeSpan.FromSeconds(3));
        await store.AckAsync("bob", claimed);
        var waits = await store.StoreAsync(new Letter("ada", "bob") { Type = "question" });
        var group = await store.StoreAsync(new Letter("ada", "bob", "cyd"));

        var now = store.Clock.GetUtcNow();
        Assert.Equal(
            [$"{read.MessageId}|bob|{Wire(now.AddSeconds(-3))}|{Wire(now)}", $"{waits.MessageId}|bob||", $"{group.MessageId}|||"],
            await store.QueryAsync("SELECT id, recipient_agent_id, delivered_at, read_at FROM agent_messages ORDER BY id", columns: 4));
        Assert.Equal([$"{waits.MessageId}|ada|question|{Wire(now)}"], await store.QueryAsync(Query("What an agent has not acknowledged yet"), columns: 4));
    }

    [Fact]
    public async Task Documents_threads_and_types_are_as_they_were_sent()
    {
        await using var store = await storage.OpenAsync();
        var opened = await store.StoreAsync(new Letter("ada", "bob") { Metadata = """{"estimated_hours": 8}""", Payload = """{"agent_type": "planner"}""" });
        var reply = await store.StoreAsync(new Letter("bob", "ada") { ReplyTo = opened, Payload = """{"agent_type": 7}""" });
        await store.StoreAsync(new Letter("ada", "bob") { Metadata = """{"estimated_hours": 9}""" });

        Assert.Equal([$"{opened.MessageId}|8"], await store.QueryAsync(Query("By a field of the metadata"), columns: 2));
        Assert.Equal(
            [$"{opened.MessageId}|planner|default", $"{opened.MessageId}|script|default"],
            await store.QueryAsync(
                $"SELECT conversation_thread_id, sender_agent_type, project_id FROM agent_messages WHERE id IN ('{opened.MessageId}', '{reply.MessageId}') ORDER BY id", columns: 3));
        Assert.Equal(["2"], await store.QueryAsync("SELECT count(*) FROM agent_messages WHERE metadata IS NOT NULL", columns: 1));
    }

    [Fact]
    public async Task A_message_that_SQL_cannot_show_does_not_hide_others()
    {
        await using var store = await storage.OpenAsync();
        await store.StoreAsync(new Letter("ada", "bob") { Payload = """{"big": 1e999999, "half": "\ud800"}""", Content = "odd" });
        await store.StoreAsync(new Letter("ada", "bob") { Content = "plain" });
        var deleted = await store.StoreAsync(new Letter("ada", "bob") { Content = "secret" });
        await store.Messages.DeleteAsync(store.Project.Number, deleted.Seq, Cancel);

        var rows = await store.QueryAsync("SELECT message_type, content FROM agent_messages ORDER BY id", columns: 2);

        Assert.Equal(["text|plain", "text|"], rows.Skip(1));
        Assert.StartsWith("text|", rows[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_have_their_role_in_the_squad_or_else_their_own_role()
    {
        await using var store = await storage.OpenAsync();
        await BeginAsync(store, "alpha", ("ada", "lead"), ("bob", null));
        await BeginAsync(store, "beta", ("ada", "guest"));

        Assert.Equal(
            ["alpha|ada|lead|", "alpha|bob||", "beta|ada|guest|"],
            await store.QueryAsync("SELECT squad_id, agent_id, role, specialization FROM squad_members ORDER BY id", columns: 4));
        Assert.Equal(["3"], await store.QueryAsync("SELECT count(DISTINCT id) FROM squad_members", columns: 1));
    }

    private static async Task<Entity<Execution>> BeginAsync(StoreScope store, string squad, params (string Agent, string? Role)[] members)
    {
        var wanted = new Squad { SquadId = squad, Name = squad, Members = [.. members.Select(member => new SquadMember { AgentId = member.Agent, Role = member.Role })] };
        await new EntityBoard<Squad>(SquadsConcept.Kind, store.Service<IEntityStore>())
            .ChangeAsync(store.Project.Number, squad, sender: 0, present => SquadRules.Create(present, wanted), Cancel);
        return await new TestExecutions(store).BeginAsync(squad: squad);
    }

    private static string Wire(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>The query of the page under a heading, in this database's words.</summary>
    private string Query(string heading)
    {
        var page = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "reference", "sql.md"));
        var section = page.Split("\n## ").Single(part => part.StartsWith(heading + "\n", StringComparison.Ordinal));
        return Queries().Matches(section).Single(match => match.Groups["shell"].Value is var named && (named.Length == 0 || named == shell)).Groups["sql"].Value;
    }

    [GeneratedRegex("```sql ?(?<shell>[a-z0-9]*)\n(?<sql>.*?)```", RegexOptions.Singleline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Queries();
}

public sealed class SqliteViewsTests() : SqlViewsTests(new OnSqlite(), "sqlite3");

public sealed class PostgresViewsTests(PostgresDatabases databases) : SqlViewsTests(new OnPostgres(databases), "psql");
