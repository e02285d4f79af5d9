using Npgsql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Assigns numbers to deliveries, in blocks, so that a node knows them before it sends and those of one message are consecutive. Numbers
/// that a node has left when it stops are never used. Belongs to the writing lane.</summary>
internal sealed class DeliveryNumbers
{
    /// <summary>Enough for a second at full speed, because taking a block costs a commit.</summary>
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

    /// <returns>The first of <paramref name="count"/> consecutive numbers.</returns>
    internal long Take(int count)
    {
        var first = _next;
        _next += count;
        return first;
    }
}
