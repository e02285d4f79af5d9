using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Numbers for deliveries, taken in blocks: a node knows them before it sends, and a message's follow one another. What a node had
/// left at its end is never used. Owned by the writing lane.</summary>
internal sealed class DeliveryNumbers
{
    /// <summary>A second's worth at full speed: taking a block costs a commit.</summary>
    private const int Block = 50_000;

    private long _next;
    private long _end;

    internal bool Has(int count) => _end - _next >= count;

    internal async ValueTask RefillAsync(int count, NpgsqlConnection connection)
    {
        if (Has(count))
            return;
        await using var command = new NpgsqlCommand("UPDATE numbers SET next = next + $1 WHERE name = 'delivery' RETURNING next", connection);
        var block = Math.Max(Block, count);
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = block });
        _end = (long)(await command.ExecuteScalarAsync())!;
        _next = _end - block;
    }

    /// <returns>The first of <paramref name="count"/> numbers.</returns>
    internal long Take(int count)
    {
        var first = _next;
        _next += count;
        return first;
    }
}
