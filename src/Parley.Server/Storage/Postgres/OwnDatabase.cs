using System.Text.RegularExpressions;
using Npgsql;
using Parley.Server.Settings;

namespace Parley.Server.Storage.Postgres;

/// <summary>Checks, before anything is created in it, that a database is suitable for Parley and does not belong to another program.</summary>
internal static partial class OwnDatabase
{
    /// <summary>The SQL that creates a suitable database.</summary>
    internal static string Making(string name) => $"CREATE DATABASE {Quoted(name)} ENCODING 'UTF8' TEMPLATE template0";

    internal static string Quoted(string name) => PlainName().IsMatch(name) ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <param name="made">The scripts that have already run.</param>
    /// <param name="pending">The scripts that are to run now.</param>
    /// <exception cref="EncodingRefusedException">Its encoding cannot represent every text.</exception>
    /// <exception cref="ForeignTablesException">A name that a script needs is taken.</exception>
    internal static void Check(NpgsqlConnection connection, IEnumerable<string> made, IEnumerable<string> pending)
    {
        using (var question = new NpgsqlCommand("SHOW server_encoding", connection))
        {
            if (question.ExecuteScalar() is string encoding and not "UTF8")
                throw new EncodingRefusedException(connection.Database, encoding);
        }

        // A later script may replace what an earlier one created.
        string[] needed = [.. pending.SelectMany(NamesIn).Except(made.SelectMany(NamesIn), StringComparer.Ordinal)];
        if (needed.Length > 0 && Find(connection, needed) is { } taken)
            throw new ForeignTablesException(connection.Database, taken);
    }

    /// <summary>A table or view of any program in the schema that Parley's tables would be in; null if there is none.</summary>
    internal static string? FindAny(NpgsqlConnection connection) => Find(connection, names: null);

    private static string? Find(NpgsqlConnection connection, string[]? names)
    {
        // Tables and views first, because people know their names.
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

/// <summary>Messages may contain any text, and the encoding of this database supports only some characters.</summary>
internal sealed class EncodingRefusedException(string database, string encoding) : StartRefusedException(
    $"The PostgreSQL database '{database}' has the encoding {encoding}, which cannot hold every text; Parley needs UTF8. Make another and name that one: {OwnDatabase.Making("parley")};");

/// <summary>Another program's table has the same name as one of Parley's.</summary>
internal sealed class ForeignTablesException(string database, string taken) : StartRefusedException(
    $"The PostgreSQL database '{database}' already has a {taken} that is not Parley's. Nothing was changed; make a database for Parley alone and name that one: {OwnDatabase.Making("parley")};");
