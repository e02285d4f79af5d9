using System.Net;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Storage.Sqlite;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Idempotency;

/// <summary>With faults that are put into the writer of SQLite.</summary>
public sealed class SqliteIdempotentCreationTests() : IdempotentCreationTests(new OnSqlite())
{
    [Theory]
    [InlineData(Executions, "{}")]
    [InlineData("/api/v1/tokens", """{"kind": "observer"}""")]
    public async Task A_crash_between_a_creation_and_its_answer_does_not_lead_to_a_second_creation(string path, string body)
    {
        await using var data = await new OnSqlite().NewAsync();
        var before = await ConceptHost.StartAsync(data);
        var admin = await before.TokenAsync(TokenKind.Admin);
        var crash = new CrashAfterCreation(before.Default.Log);
        before.Get<SqliteDatabase>().Writer.Register(crash);
        await before.SendAsync(HttpMethod.Post, path, admin, body, key: "k1");
        Assert.True(crash.HasHappened);
        await before.DisposeAsync();

        await using var host = await ConceptHost.StartAsync(data);
        var created = await CountAsync(host, path, admin);
        var again = await host.SendAsync(HttpMethod.Post, path, admin, body, key: "k1");

        Assert.Equal((HttpStatusCode.Conflict, ErrorCodes.Conflict), (again.Status, again.Problem.Code));
        Assert.Equal(created, await CountAsync(host, path, admin));
        // Another request under it is a misuse still.
        Assert.Equal(ErrorCodes.IdempotencyConflict, (await host.SendAsync(HttpMethod.Post, "/api/v1/squads", admin, """{"squad_id": "one"}""", key: "k1")).Problem.Code);
    }

    [Fact]
    public async Task A_creation_that_the_disk_refused_succeeds_later_under_its_key()
    {
        await using var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        var fault = new FaultFrom(commit: 2);
        host.Get<SqliteDatabase>().Writer.Register(fault);

        // The key is taken, the creation is refused, and the key cannot be given back on disk.
        var refused = await host.SendAsync(HttpMethod.Post, Executions, admin, "{}", key: "k1");
        fault.IsOver = true;
        var taken = await host.SendAsync(HttpMethod.Post, Executions, admin, "{}", key: "k1");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.Created), (refused.Status, taken.Status));
        Assert.Single((await host.SendAsync(HttpMethod.Get, Executions, admin)).As(WireJson.Lenient.PageExecution).Items);
    }

    private static async Task<int> CountAsync(ConceptHost host, string path, string admin) =>
        System.Text.Json.JsonDocument.Parse((await host.SendAsync(HttpMethod.Get, path, admin)).Text).RootElement.GetProperty("items").GetArrayLength();

    /// <summary>What comes after the commit that made the log grow never reaches the disk, as after a kill at that moment.</summary>
    private sealed class CrashAfterCreation(ProjectLog log) : IWriterCache
    {
        private readonly long _head = log.Head;

        internal bool HasHappened { get; private set; }

        public void Flush(SqliteConnection connection)
        {
            if (log.Head == _head)
                return;
            HasHappened = true;
            throw new SqliteException(Sqlite3.Full, "The server was killed.");
        }

        public void Reset()
        {
        }
    }

    /// <summary>A disk that is full from the so-manieth commit on.</summary>
    private sealed class FaultFrom(int commit) : IWriterCache
    {
        private int _commits;

        internal bool IsOver { get; set; }

        public void Flush(SqliteConnection connection)
        {
            if (++_commits >= commit && !IsOver)
                throw new SqliteException(Sqlite3.Full, "database or disk is full");
        }

        public void Reset()
        {
        }
    }
}
