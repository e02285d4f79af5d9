using System.Runtime.InteropServices;
using Parley.Server.Storage.Sqlite;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Which of two SQLites is used, and what is said to it since the two are built differently.</summary>
public sealed class SqliteLibraryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-library-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(3_053_004, 3_040_001, "bundled")]
    [InlineData(3_053_004, 3_054_000, "system")]
    [InlineData(3_053_004, 3_053_003, "bundled")]
    [InlineData(3_053_004, 3_053_004, "bundled")]
    public void The_newer_library_is_used_or_the_bundled_one_if_they_are_equal(int bundled, int system, string used)
    {
        SqliteLibrary.Candidate[] found = [new(1, bundled, "bundled"), new(2, system, "system")];

        Assert.Equal(used, SqliteLibrary.Newest(found).Origin);
    }

    [Fact]
    public void If_there_is_only_one_library_it_is_used() => Assert.Equal("system", SqliteLibrary.Newest([new(2, 3_040_001, "system")]).Origin);

    /// <summary>Of the real ones: a system's library may be of any age, the bundled one is of this.</summary>
    [Fact]
    public void The_library_in_use_is_not_older_than_the_bundled_one()
    {
        Assert.True(Version.Parse(SqliteLibrary.Version) >= new Version(3, 53, 4), SqliteLibrary.Version);
        Assert.True(SqliteLibrary.Origin == "bundled" || SqliteLibrary.Origin.StartsWith("system, ", StringComparison.Ordinal), SqliteLibrary.Origin);
        Assert.True(NativeLibrary.TryLoad(Sqlite3.Library, typeof(SqliteLibrary).Assembly, searchPath: null, out _), "Nothing is bundled.");
    }

    [Theory]
    [InlineData("foreign_keys")]
    [InlineData("secure_delete")]
    public void Settings_that_differ_between_builds_are_set_on_each_connection(string pragma)
    {
        var file = Path.Combine(_folder, "some.db");
        using var writing = SqliteConnection.Open(file, readOnly: false);
        writing.Execute("CREATE TABLE some (id INTEGER PRIMARY KEY)");
        using var gathered = SqliteConnection.OpenGathered(file);
        using var reading = SqliteConnection.Open(file, readOnly: true);

        Assert.All([writing, gathered, reading], connection => Assert.Equal(0, connection.Prepare($"PRAGMA {pragma}").Scalar()));
    }
}
