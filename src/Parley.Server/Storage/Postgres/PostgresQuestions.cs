using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Helpers to query the database and read the rows.</summary>
internal static class PostgresQuestions
{
    /// <summary>A statement with its values $1, $2, ... in order. null becomes NULL.</summary>
    internal static NpgsqlCommand Ask(this NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        return command;
    }

    /// <summary>All rows of the result.</summary>
    internal static async Task<List<T>> ListAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using (command)
        {
            var list = new List<T>();
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            while (await rows.ReadAsync(cancellationToken))
                list.Add(read(rows));
            return list;
        }
    }

    /// <summary>The rows of the result up to a number of bytes, but at least one.</summary>
    /// <returns>The rows, and whether they are all of them.</returns>
    internal static async Task<(List<T> Rows, bool IsWhole)> ListAsync<T>(
        this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, Func<T, long> size, long bytes, CancellationToken cancellationToken)
    {
        await using (command)
        {
            var list = new List<T>();
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            for (; bytes > 0 && await rows.ReadAsync(cancellationToken); bytes -= size(list[^1]))
                list.Add(read(rows));
            return (list, bytes > 0);
        }
    }

    /// <summary>The only row of the result, or null.</summary>
    internal static async Task<T?> FindAsync<T>(this NpgsqlCommand command, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
        where T : class
    {
        await using (command)
        {
            await using var rows = await command.ExecuteReaderAsync(cancellationToken);
            return await rows.ReadAsync(cancellationToken) ? read(rows) : null;
        }
    }

    /// <summary>The only value of the result; null if there is none, or it is NULL.</summary>
    internal static async Task<T?> ValueAsync<T>(this NpgsqlCommand command, CancellationToken cancellationToken)
        where T : struct
    {
        await using (command)
            return await command.ExecuteScalarAsync(cancellationToken) is T value ? value : null;
    }

    /// <summary>Runs a statement that returns no rows.</summary>
    /// <returns>The number of rows it changed.</returns>
    internal static async Task<int> RunAsync(this NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using (command)
            return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    internal static string? TextOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    internal static long? Int64OrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt64(column);

    internal static DateTimeOffset Time(this NpgsqlDataReader row, int column) => row.GetFieldValue<DateTimeOffset>(column);

    internal static DateTimeOffset? TimeOrNull(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.Time(column);
}
