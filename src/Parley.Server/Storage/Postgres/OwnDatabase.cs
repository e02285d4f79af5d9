using System.Text.RegularExpressions;
using Npgsql;
using Parley.Server.Settings;

namespace Parley.Server.Storage.Postgres;

/// <summary>Whether a database is fit for Parley, and nobody else's: asked before anything is made in it.</summary>
internal static partial class OwnDatabase
{
    /// <summary>How to make a database that is.</summary>
    internal static string Making(string name) => $"CREATE DATABASE {Quoted(name)} ENCODING 'UTF8' TEMPLATE template0";

    internal static string Quoted(string name) => PlainName().IsMatch(name) ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <param name="made">The scripts that have run here.</param>
    /// <param name="pending">Those that are to run now.</param>
    /// <exception cref="EncodingRefusedException">It cannot hold every text.</exception>
    /// <exception cref="ForeignTablesException">A name that a script needs is taken.</exception>
    internal static void Check(NpgsqlConnection connection, IEnumerable<string> made, IEnumerable<string> pending)
    {
        using (var question = new NpgsqlCommand("SHOW server_encoding", connection))
        {
            if (question.ExecuteScalar() is string encoding and not "UTF8")
                throw new EncodingRefusedException(connection.Database, encoding);
        }

        // What a script before has made may be replaced by one behind it.
        string[] needed = [.. pending.SelectMany(NamesIn).Except(made.SelectMany(NamesIn), StringComparer.Ordinal)];
        if (needed.Length > 0 && Find(connection, needed) is { } taken)
            throw new ForeignTablesException(connection.Database, taken);
    }

    /// <summary>A table or view of whatever program in the schema where Parley's would be; null: there is none.</summary>
    internal static string? FindAny(NpgsqlConnection connection) => Find(connection, names: null);

    private static string? Find(NpgsqlConnection connection, string[]? names)
    {
        // Tables and views first: people know them by their names.
        using var question = new NpgsqlCommand(
            """
            SELECT CASE relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'view' WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' ELSE 'table' END || ' ''' || relname || ''''
            FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace AND (relname = ANY ($1) OR ($1 IS NULL AND relkind IN ('r', 'p', 'v', 'm', 'f')))
            ORDER BY relkind IN ('i', 'S'), relname LIMIT 1
            """, connection);
        question.Parameters.Add(new NpgsqlParameter { Value = names ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text });
        return question.ExecuteScalar() as string;
    }

    private static IEnumerable<string> NamesIn(string script) => Made().Matches(script).Select(match => match.Groups["name"].Value);

    [GeneratedRegex(@"^\s*CREATE\s+(UNIQUE\s+)?(TABLE|VIEW|INDEX|SEQUENCE)\s+(?<name>[a-z_0-9]+)", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5_000)]
    private static partial Regex Made();

    [GeneratedRegex("^[a-z_][a-z_0-9]*$", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex PlainName();
}

/// <summary>What agents say is any text, and this database can hold only some.</summary>
internal sealed class EncodingRefusedException(string database, string encoding) : StartRefusedException(
    $"The PostgreSQL database '{database}' has the encoding {encoding}, which cannot hold every text; Parley needs UTF8. Make another and name that one: {OwnDatabase.Making("parley")};");

/// <summary>Another program's table has the name of one of Parley's.</summary>
internal sealed class ForeignTablesException(string database, string taken) : StartRefusedException(
    $"The PostgreSQL database '{database}' already has a {taken} that is not Parley's. Nothing was changed; make a database for Parley alone and name that one: {OwnDatabase.Making("parley")};");
