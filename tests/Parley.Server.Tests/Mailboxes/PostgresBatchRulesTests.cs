using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Mailboxes;

/// <summary>The functions that do many deliveries in one statement say in SQL what <see cref="DeliveryRules"/> say: both are asked about
/// mailboxes full of generated deliveries, also such as no caller ever brings about.</summary>
public sealed class PostgresBatchRulesTests(PostgresDatabases databases)
{
    private const int Cases = 100;
    private const int Rows = 24;
    private const long Now = 1_000_000;

    /// <param name="Lease">That an acknowledgement names.</param>
    private sealed record Row(DeliveryFacts Facts, long Lease, bool IsOwn, bool IsOfMessage, int Rank);

    private static readonly Gen<Row> AnyRow =
        from state in Gen.Frequency((3, Gen.Constant(DeliveryState.Leased)), (3, Gen.Constant(DeliveryState.Queued)), (1, Gen.Elements(Enum.GetValues<DeliveryState>())))
        from attempt in Gen.Choose(1, 4)
        from current in Gen.Choose(1, 2)
        from lease in Gen.Choose(1, 2)
        from until in Gen.Choose(-2, 2)
        from expires in Gen.Choose(-2, 2)
        from lives in Gen.Elements(false, true)
        from own in Gen.Frequency((6, Gen.Constant(true)), (1, Gen.Constant(false)))
        from message in Gen.Frequency((6, Gen.Constant(true)), (1, Gen.Constant(false)))
        from rank in Gen.Choose(0, 5)
        select new Row(
            new DeliveryFacts(
                state, attempt, current, state == DeliveryState.Leased ? Now + until : null, state == DeliveryState.Scheduled ? Now + until : null,
                lives ? null : Now + expires),
            lease, own, message, rank);

    private static readonly Arbitrary<Row[]> Mailboxes = Arb.From(AnyRow.ArrayOf(Rows));

    [Fact]
    public async Task The_batch_acknowledges_what_the_rules_acknowledge()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);
        var deliveries = await SendAsync(store);
        GeneratedCases.Hold(Cases, 10, Mailboxes, rows => AcknowledgeAsync(store, deliveries, rows).GetAwaiter().GetResult());
    }

    [Fact]
    public async Task A_claim_returns_what_the_rules_allow()
    {
        await using var store = await PostgresStoreScope.OpenAsync(databases);
        var deliveries = await SendAsync(store);
        GeneratedCases.Hold(Cases, 10, Mailboxes, rows => ClaimAsync(store, deliveries, rows).GetAwaiter().GetResult());
    }

    private static async Task AcknowledgeAsync(PostgresStoreScope store, long[] deliveries, Row[] rows)
    {
        await using var connection = await PutAsync(store, deliveries, rows);
        await using var command = new NpgsqlCommand($"SELECT acked FROM parley_apply_1($1, 1, false, $2, $3, $4, $5, $6{string.Concat(Enumerable.Repeat(", NULL", 36))})", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Now });
        Add(command, new[] { store.Project.Number });
        Add(command, deliveries);
        Add(command, rows.Select(row => row.Lease).ToArray());
        Add(command, rows.Select(row => store.Agent(row.IsOwn ? "bob" : "cyd").Number).ToArray());
        Add(command, rows.Select((row, i) => ((long)store.Project.Number << 40) | (row.IsOfMessage ? i + 1L : i + 2L)).ToArray());
        var acked = await command.ExecuteScalarAsync() as int[] ?? [];

        // What the function leaves is looked at in a transaction of its own, by the rules themselves.
        var expected = rows.Select((row, i) => (row, Number: i + 1)).Where(pair =>
            pair.row is { IsOwn: true, IsOfMessage: true } && DeliveryRules.Settle(SettleVerb.Ack, pair.row.Lease, pair.row.Facts).Changes).Select(pair => pair.Number);
        Assert.Equal(expected, acked.Order());
        await CompareAsync(connection, deliveries, rows.Select((row, i) => acked.Contains(i + 1) ? DeliveryRules.Acknowledge(row.Facts).Delivery : row.Facts));
    }

    private static async Task ClaimAsync(PostgresStoreScope store, long[] deliveries, Row[] rows)
    {
        const int most = 5, lease = 30_000;
        await using var connection = await PutAsync(store, deliveries, rows);
        await using var command = new NpgsqlCommand("SELECT delivery FROM parley_claim_2($1, NULL, $2, $3, $4, 1000000000, $5, NULL) WHERE NOT is_over ORDER BY rank, place", connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Now });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = store.Project.Number });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = store.Agent("bob").Number });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = most });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = lease });
        var given = new List<long>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
                given.Add(reader.GetInt64(0));
        }

        var expected = rows.Select((row, i) => (row, Delivery: deliveries[i]))
            .Where(pair => pair.row.Facts.State == DeliveryState.Queued && !DeliveryRules.IsOver(pair.row.Facts.ExpiresAt, Now))
            .OrderBy(pair => pair.row.Rank).ThenBy(pair => pair.Delivery).Select(pair => pair.Delivery).Take(most);
        Assert.Equal(expected, given);
        await CompareAsync(connection, deliveries, rows.Select((row, i) => given.Contains(deliveries[i])
            ? row.Facts with { State = DeliveryState.Leased, Lease = row.Facts.Lease + 1, LeaseUntil = DeliveryRules.LeaseUntil(TimeSpan.FromMilliseconds(lease), Now) }
            : row.Facts));
    }

    /// <returns>The deliveries' numbers, by the seqs of their messages.</returns>
    private static async Task<long[]> SendAsync(PostgresStoreScope store)
    {
        await store.SendAllAsync(Enumerable.Range(0, Rows).Select(number => new Letter("ada", "bob") { Content = $"{number}" }));
        return [.. (await store.QueryAsync("SELECT delivery FROM deliveries ORDER BY place", 1)).Select(long.Parse)];
    }

    /// <summary>Makes the deliveries what a case says.</summary>
    private static async Task<NpgsqlConnection> PutAsync(PostgresStoreScope store, long[] deliveries, Row[] rows)
    {
        var connection = new NpgsqlConnection(store.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            """
            UPDATE deliveries d SET state = c.state, attempt = c.attempt, lease = c.lease, lease_until = c.until, due_at = c.due, expires_at = c.expires, rank = c.rank
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS c (delivery, state, attempt, lease, until, due, expires, rank) WHERE d.delivery = c.delivery
            """,
            connection);
        Add(command, deliveries);
        Add(command, rows.Select(row => (short)row.Facts.State).ToArray());
        Add(command, rows.Select(row => (short)row.Facts.Attempt).ToArray());
        Add(command, rows.Select(row => row.Facts.Lease).ToArray());
        Add(command, rows.Select(row => row.Facts.LeaseUntil).ToArray());
        Add(command, rows.Select(row => row.Facts.DueAt).ToArray());
        Add(command, rows.Select(row => row.Facts.ExpiresAt).ToArray());
        Add(command, rows.Select(row => (long)row.Rank).ToArray());
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private static async Task CompareAsync(NpgsqlConnection connection, long[] deliveries, IEnumerable<DeliveryFacts> expected)
    {
        await using var command = new NpgsqlCommand(
            "SELECT state, attempt, lease, lease_until, due_at, expires_at FROM deliveries WHERE delivery = ANY ($1) ORDER BY delivery", connection);
        Add(command, deliveries);
        var found = new List<DeliveryFacts>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            found.Add(new DeliveryFacts(
                (DeliveryState)reader.GetInt16(0), reader.GetInt16(1), reader.GetInt64(2), Time(reader, 3), Time(reader, 4), Time(reader, 5)));
        }

        Assert.Equal(expected, found);
    }

    private static long? Time(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    private static void Add<T>(NpgsqlCommand command, T[] values) => command.Parameters.Add(new NpgsqlParameter<T[]> { TypedValue = values });
}
