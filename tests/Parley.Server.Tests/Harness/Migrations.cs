using System.Globalization;
using Npgsql;
using Parley.Server.Storage.Sqlite;
using Xunit;

namespace Parley.Server.Tests.Harness;

/// <summary>The scripts by which a database got the shape that it had at some version.</summary>
internal static class Migrations
{
    /// <param name="database">Sqlite or Postgres.</param>
    /// <param name="upTo">The number of the newest script that is wanted.</param>
    internal static IEnumerable<string> Scripts(string database, int upTo)
    {
        var assembly = typeof(SqliteMigrator).Assembly;
        var prefix = $"Parley.Migrations.{database}.";
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal) && int.Parse(name.AsSpan(prefix.Length, 4), CultureInfo.InvariantCulture) <= upTo)
            .Order(StringComparer.Ordinal)
            .Select(name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd();
            });
    }

    internal static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
