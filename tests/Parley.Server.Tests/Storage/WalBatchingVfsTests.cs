using Parley.Server.Storage.Sqlite;
using Xunit;

namespace Parley.Server.Tests.Storage;

public sealed class GatheredLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-gathered-").FullName;

    private string Database => Path.Combine(_folder, "parley.db");

    [Theory]
    [InlineData(1)]
    [InlineData(20261120)]
    public void Committed_changes_are_in_the_files_and_rolled_back_ones_are_not(int seed)
    {
        var random = new Random(seed);
        using var writing = Open();
        // Ten pages, so that large transactions write to the log before their end and read from it again.
        writing.Execute("PRAGMA cache_size = 10; CREATE TABLE words (number INTEGER PRIMARY KEY, word TEXT NOT NULL); CREATE INDEX by_word ON words (word);");
        using var reading = SqliteConnection.Open(Database, readOnly: true);
        var expected = new Dictionary<long, string>();

        for (var round = 0; round < 60; round++)
        {
            var changed = new Dictionary<long, string>(expected);
            writing.Prepare("BEGIN IMMEDIATE").Run();
            for (var i = random.Next(1, round % 10 == 0 ? 2_000 : 40); i > 0; i--)
            {
                var (number, word) = (random.Next(3_000), new string((char)('a' + random.Next(26)), random.Next(1, 600)));
                changed[number] = word;
                writing.Prepare("INSERT OR REPLACE INTO words (number, word) VALUES (?1, ?2)").Bind(1, number).Bind(2, word).Run();
            }

            if (random.Next(4) == 0)
            {
                writing.Rollback();
            }
            else
            {
                writing.Prepare("COMMIT").Run();
                expected = changed;
            }

            if (random.Next(6) == 0)
                writing.Execute("PRAGMA wal_checkpoint(RESTART)");
            Assert.Equal(expected.OrderBy(word => word.Key), Words(reading));
            Assert.Equal(expected.OrderBy(word => word.Key), WordsAfterKill());
        }
    }

    [Fact]
    public void A_change_without_disk_space_leaves_nothing_behind_and_the_next_one_succeeds()
    {
        using var writing = Open();
        writing.Execute("CREATE TABLE words (number INTEGER PRIMARY KEY, word TEXT NOT NULL);");
        var pages = writing.Prepare("PRAGMA page_count").Scalar()!.Value;
        writing.Execute($"PRAGMA max_page_count = {pages + 2}");

        Assert.Throws<SqliteException>(() => writing.Execute(
            """
            WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 50)
            INSERT INTO words SELECT number, hex(randomblob(2000)) FROM numbers
            """));
        writing.Rollback();
        writing.Execute("PRAGMA max_page_count = 1000; INSERT INTO words VALUES (1, 'one');");

        Assert.Equal([new(1, "one")], WordsAfterKill());
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public void A_commit_that_the_disk_did_not_confirm_is_undone_or_reported_as_uncertain(int failures, bool isInDoubt)
    {
        using var writing = Open();
        writing.Execute("CREATE TABLE words (number INTEGER PRIMARY KEY, word TEXT NOT NULL); INSERT INTO words VALUES (1, 'one');");
        WalBatchingVfs.SyncFault = () => failures-- > 0 ? Sqlite3.IoError | (4 << 8) : Sqlite3.Ok;
        try
        {
            Assert.True(Assert.Throws<SqliteException>(() => writing.Execute("INSERT INTO words VALUES (2, 'refused')")).IsStorageFault);
        }
        finally
        {
            WalBatchingVfs.SyncFault = null;
        }

        writing.Rollback();
        Assert.Equal((isInDoubt, false), (WalBatchingVfs.TakeDoubt(), WalBatchingVfs.TakeDoubt()));
        if (!isInDoubt)
            Assert.Equal([new(1, "one")], WordsAfterKill());
        writing.Execute("INSERT INTO words VALUES (3, 'three')");
        Assert.Equal([new(1, "one"), new(3, "three")], WordsAfterKill());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private SqliteConnection Open()
    {
        var connection = SqliteConnection.OpenGathered(Database);
        connection.Execute($"{SqliteDatabase.WriterPragmas} PRAGMA wal_autocheckpoint = 0;");
        return connection;
    }

    /// <summary>What the next process finds where this one ended now: the files as they are, without the shared index of the log.</summary>
    private List<KeyValuePair<long, string>> WordsAfterKill()
    {
        var copy = Directory.CreateDirectory(Path.Combine(_folder, "copy"));
        foreach (var file in new[] { "parley.db", "parley.db-wal" })
            File.Copy(Path.Combine(_folder, file), Path.Combine(copy.FullName, file));
        try
        {
            using var connection = SqliteConnection.Open(Path.Combine(copy.FullName, "parley.db"), readOnly: false);
            var check = connection.Prepare("PRAGMA integrity_check");
            Assert.True(check.Step());
            Assert.Equal("ok", check.Text(0));
            check.Reset();
            return Words(connection);
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    private static List<KeyValuePair<long, string>> Words(SqliteConnection connection)
    {
        var words = new List<KeyValuePair<long, string>>();
        var rows = connection.Prepare("SELECT number, word FROM words ORDER BY number");
        while (rows.Step())
            words.Add(new(rows.Int64(0), rows.Text(1)!));
        rows.Reset();
        return words;
    }
}
