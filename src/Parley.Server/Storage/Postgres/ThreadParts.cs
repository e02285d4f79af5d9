using Npgsql;
using Parley.Server.Log;

namespace Parley.Server.Storage.Postgres;

/// <summary>The agents that take part in threads: those that sent a message to one or were a named recipient in it, according to the index, and to
/// the log where the index ends.</summary>
internal sealed class ThreadParts
{
    /// <summary>Whether the agent $2 takes part in a thread because of its message <c>l</c>, by the rule of
    /// <see cref="Visibility.TakesPart"/>.</summary>
    private const string TakesPart =
        """
        (l.sender = $2 OR (l.audience = 0 AND (l.recipient = $2 OR (l.recipient IS NULL AND EXISTS (
            SELECT 1 FROM deliveries d WHERE d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries AND d.mailbox = $2)))))
        """;

    private readonly NpgsqlConnection _connection;
    private readonly int _project;

    private ThreadParts(NpgsqlConnection connection, int project, long indexed) => (_connection, _project, Indexed) = (connection, project, indexed);

    /// <summary>The place up to which the index has come. While this is used, it can only advance, so nothing is missed between the index and the
    /// log.</summary>
    internal long Indexed { get; }

    internal static async Task<ThreadParts> OpenAsync(NpgsqlConnection connection, int project, CancellationToken cancellationToken) =>
        new(connection, project,
            LogKey.Of(project, await connection.Ask("SELECT seq FROM indexed WHERE project = $1", project).ValueAsync<long>(cancellationToken) ?? 0));

    /// <summary>Those of the threads, by their seqs, that an agent takes part in.</summary>
    internal async Task<HashSet<long>> OfAsync(int agent, IReadOnlyCollection<long> threads, CancellationToken cancellationToken)
    {
        var places = threads.Select(thread => LogKey.Of(_project, thread)).ToArray();
        var found = await _connection.Ask(
                $"""
                SELECT thread FROM thread_parts WHERE thread = ANY($1) AND agent = $2
                UNION ALL SELECT l.place FROM log l WHERE l.place = ANY($1) AND l.place > $3 AND l.kind = 1 AND {TakesPart}
                UNION ALL SELECT l.thread FROM log l WHERE l.thread = ANY($1) AND l.place > $3 AND l.kind = 1 AND {TakesPart}
                """,
                places, agent, Indexed)
            .ListAsync(row => LogKey.Seq(row.GetInt64(0)), cancellationToken);
        return [.. found];
    }

    /// <summary>The agents that take part in each of the threads, which are given by their places.</summary>
    internal async Task<IReadOnlyDictionary<long, IReadOnlyList<int>>> OfAsync(long[] threads, CancellationToken cancellationToken)
    {
        var agents = threads.ToDictionary(thread => thread, _ => new List<int>());
        var indexed = await _connection.Ask("SELECT thread, agent FROM thread_parts WHERE thread = ANY($1) ORDER BY thread, agent", [threads])
            .ListAsync(row => (Thread: row.GetInt64(0), Agent: row.GetInt32(1)), cancellationToken);
        foreach (var (thread, agent) in indexed)
            agents[thread].Add(agent);
        var beyond = await _connection.Ask(
                $"SELECT {PostgresLogRows.Columns} FROM log l WHERE (l.place = ANY($1) OR l.thread = ANY($1)) AND l.place > $2 AND l.kind = 1 ORDER BY l.place",
                threads, Indexed)
            .ListAsync(PostgresLogRows.Read, cancellationToken);
        foreach (var entry in beyond)
        {
            var named = entry.Audience == Audience.Named ? entry.Recipients.Append(entry.Sender) : [entry.Sender];
            var list = agents[LogKey.Of(_project, entry.Thread)];
            list.AddRange(named.Where(agent => agent != 0 && !list.Contains(agent)).Distinct());
        }

        return agents.ToDictionary(thread => thread.Key, thread => (IReadOnlyList<int>)thread.Value);
    }

    /// <summary>The places of threads that an agent has joined since the index was written.</summary>
    internal async Task<long[]> EnteredBeyondIndexAsync(int agent, CancellationToken cancellationToken) =>
    [
        .. await _connection.Ask(
                $"SELECT DISTINCT coalesce(l.thread, l.place) FROM log l WHERE l.place > $1 AND l.place <= $3 AND l.kind = 1 AND {TakesPart}",
                Indexed, agent, LogKey.Last(_project))
            .ListAsync(row => row.GetInt64(0), cancellationToken),
    ];
}
