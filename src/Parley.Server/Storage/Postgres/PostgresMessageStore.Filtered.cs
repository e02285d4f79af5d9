using Npgsql;
using NpgsqlTypes;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Postgres;

internal sealed partial class PostgresMessageStore
{
    /// <summary>A reader first finds what matches the filter, and only then is it claimed, so looking through a long queue blocks nobody.</summary>
    private async Task<IReadOnlyList<ClaimedDelivery>> ClaimFilteredAsync(ClaimOrder order)
    {
        // A round is lost if others claim everything that was found first. The number of rounds is limited: a waiting caller is woken again, and
        // looks again.
        for (var looks = 0; looks < ClaimOrder.MostLooks; looks++)
        {
            var candidates = await CandidatesAsync(order);
            if (candidates.Length == 0)
                return [];
            var operation = new ClaimOperation(this, order, candidates);
            Writer.Enqueue(operation);
            if (await operation.Done is { Count: > 0 } claimed)
                return claimed;
        }

        return [];
    }

    private ValueTask<long[]> CandidatesAsync(ClaimOrder order) => _database.ReadAsync(
        async (connection, cancel) =>
        {
            await using var command = new NpgsqlCommand(
                """
                SELECT d.delivery
                FROM deliveries d JOIN log l ON l.place = d.place
                WHERE d.state = 1 AND d.mailbox = $1
                  AND (d.expires_at IS NULL OR d.expires_at > $2)
                  AND ($3 IS NULL OR l.type = ANY ($3)) AND ($4 IS NULL OR d.priority = ANY ($4)) AND ($5 IS NULL OR l.sender = ANY ($5))
                ORDER BY d.rank, d.place LIMIT $6
                """,
                connection);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = order.Agent });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = Writer.Now });
            AddFilter(command.Parameters, order.Filter);
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = order.Max });
            var found = new List<long>();
            await using var rows = await command.ExecuteReaderAsync(cancel);
            while (await rows.ReadAsync(cancel))
                found.Add(rows.GetInt64(0));
            return found.ToArray();
        },
        CancellationToken.None);

    /// <summary>Types, priorities, and senders. NULL matches all.</summary>
    private static void AddFilter(NpgsqlParameterCollection parameters, DeliveryFilter filter)
    {
        const NpgsqlDbType numbers = NpgsqlDbType.Array | NpgsqlDbType.Integer;
        parameters.Add(PostgresBatch.Value(filter.Types.Count == 0 ? null : filter.Types.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text));
        parameters.Add(PostgresBatch.Value(filter.Priorities.Count == 0 ? null : filter.Priorities.Select(priority => (int)priority).ToArray(), numbers));
        parameters.Add(PostgresBatch.Value(filter.Senders.Count == 0 ? null : filter.Senders.ToArray(), numbers));
    }
}
