using Npgsql;
using Parley.Protocol;
using Parley.Server.Agents;

namespace Parley.Server.Storage.Postgres;

/// <summary>How many deliveries mailboxes hold, for all nodes: read from the counters that every transition updates.</summary>
internal sealed class PostgresMailboxCounts(PostgresDatabase database) : IMailboxCounts, IMailboxAges
{
    public ValueTask<IReadOnlyDictionary<int, MailboxCounts>> CountsAsync(IReadOnlyCollection<int> agents, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyDictionary<int, MailboxCounts>>(
            async (connection, cancel) =>
            {
                await using var command = new NpgsqlCommand(
                    "SELECT agent, waiting_1 + waiting_2 + waiting_3 + waiting_4, in_flight, dead FROM mailboxes WHERE agent = ANY ($1)", connection);
                command.Parameters.Add(new NpgsqlParameter<int[]> { TypedValue = [.. agents] });
                var counts = new Dictionary<int, MailboxCounts>(agents.Count);
                await using var rows = await command.ExecuteReaderAsync(cancel);
                while (await rows.ReadAsync(cancel))
                    counts.Add(rows.GetInt32(0), new MailboxCounts { Queued = rows.GetInt32(1), InFlight = rows.GetInt32(2), Dead = rows.GetInt32(3) });
                return counts;
            },
            cancellationToken);

    public ValueTask<IReadOnlyDictionary<int, DateTimeOffset>> OldestAsync(IReadOnlyCollection<int> agents, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyDictionary<int, DateTimeOffset>>(
            async (connection, cancel) => (await connection.Ask(
                    """
                    SELECT a.agent, d.oldest FROM unnest($1) AS a (agent) CROSS JOIN LATERAL (
                        SELECT min(q.queued_at) AS oldest FROM (
                            SELECT queued_at FROM deliveries WHERE mailbox = a.agent AND state = 1 ORDER BY rank, place LIMIT 200) q) d
                    WHERE d.oldest IS NOT NULL
                    """,
                    agents.ToArray())
                .ListAsync(static row => (Agent: row.GetInt32(0), At: row.GetInt64(1)), cancel)).ToDictionary(row => row.Agent, row => DateTimeOffset.FromUnixTimeMilliseconds(row.At)),
            cancellationToken);

    public ValueTask<IReadOnlyList<int>> WaitingAsync(int agent, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<int>>(
            async (connection, cancel) => await connection.Ask("SELECT waiting_1, waiting_2, waiting_3, waiting_4 FROM mailboxes WHERE agent = $1", agent)
                .FindAsync(row => new[] { 0, row.GetInt32(0), row.GetInt32(1), row.GetInt32(2), row.GetInt32(3) }, cancel) ?? new int[5],
            cancellationToken);
}
