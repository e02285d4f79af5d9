using System.Text.Json;
using Npgsql;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Agents in PostgreSQL.</summary>
internal sealed class PostgresAgentStore(PostgresDatabase database) : IAgentStore
{
    public ValueTask<IReadOnlyList<AgentRecord>> LoadAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<AgentRecord>>(
            async (connection, cancel) =>
            {
                await using var command = new NpgsqlCommand(AgentSql.Load, connection);
                await using var rows = await command.ExecuteReaderAsync(cancel);
                var agents = new List<AgentRecord>();
                while (await rows.ReadAsync(cancel))
                    agents.Add(Read(rows));
                return agents;
            },
            cancellationToken);

    public ValueTask<AgentRecord?> AddAsync(AgentRecord draft, AgentEntry? entry, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync<AgentRecord?>(
            async transaction =>
            {
                var cursor = await transaction.LockAsync(draft.Project);
                var number = await transaction.ScalarAsync(
                    AgentSql.Add,
                    draft.Project, draft.Id, draft.Name, draft.Type, draft.Role, draft.Specialization, List(draft.Capabilities),
                    draft.Metadata?.GetRawText(), List(draft.Topics), draft.Pause is not null, cursor.NextSeq, draft.CreatedAt.ToUniversalTime(),
                    PauseText.Of(draft.Pause));
                if (number is null)
                    return null;
                var agent = draft with { Number = (int)number, JoinedSeq = cursor.NextSeq };
                transaction.Defer("INSERT INTO mailboxes (agent) VALUES ($1)", agent.Number);
                Append(transaction, cursor, agent, entry);
                return agent;
            },
            cancellationToken);

    public ValueTask<bool> ChangeAsync(AgentRecord agent, AgentEntry? entry, CancellationToken cancellationToken) =>
        WriteAsync(
            agent,
            entry,
            (transaction, _) => transaction.RunAsync(
                AgentSql.Change,
                agent.Number, agent.Name, agent.Type, agent.Role, agent.Specialization, List(agent.Capabilities), agent.Metadata?.GetRawText(),
                List(agent.Topics), agent.Pause is not null, PauseText.Of(agent.Pause)),
            cancellationToken);

    public ValueTask<bool> RemoveAsync(AgentRecord agent, AgentEntry entry, CancellationToken cancellationToken) =>
        WriteAsync(
            agent,
            entry,
            (transaction, cursor) =>
            {
                transaction.Defer(RelaySql.Forget, agent.Number);
                return transaction.RunAsync(
                    AgentSql.Remove, agent.Number, DateTimeOffset.FromUnixTimeMilliseconds(cursor.LastStamp));
            },
            cancellationToken);

    public async ValueTask NoteAsync(AgentRecord agent, PresenceChange? note, AgentEntry? entry, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            async transaction =>
            {
                var cursor = await transaction.LockAsync(agent.Project);
                var wasElsewhere = await transaction.ScalarAsync("SELECT 1 FROM presence WHERE agent = $1 AND node <> $2", agent.Number, transaction.Node) is not null;
                if (note is { } here)
                    Note(transaction, agent, here);
                if (entry is not null && (!wasElsewhere || entry.Type == "agent_status"))
                    Append(transaction, cursor, agent, entry);
                return true;
            },
            cancellationToken);

    private static void Note(PostgresTransaction transaction, AgentRecord agent, PresenceChange note)
    {
        if (note.Status == AgentStatus.Offline)
        {
            transaction.Defer("DELETE FROM presence WHERE agent = $1 AND node = $2", agent.Number, transaction.Node);
        }
        else
        {
            transaction.Defer(
                """
                INSERT INTO presence (agent, node, project, status, activity, since, takes, note, note_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                ON CONFLICT (agent, node) DO UPDATE SET
                    status = excluded.status, activity = excluded.activity, since = excluded.since, takes = excluded.takes, note = excluded.note, note_at = excluded.note_at
                """,
                agent.Number, transaction.Node, agent.Project, (short)note.Status, (short)note.Activity, note.Since?.ToUniversalTime(), note.Takes,
                note.Note?.Text, note.Note?.At.ToUniversalTime());
        }

        transaction.Defer("SELECT pg_notify($1, $2)", PostgresWake.PresenceChannel, PostgresWake.TextOf(transaction.Node, agent, note));
    }

    public async ValueTask SeenAsync(IReadOnlyList<(int Agent, DateTimeOffset At)> seen, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            transaction =>
            {
                // In the order of their numbers, so that two nodes that write the same rows cannot deadlock.
                var ordered = seen.OrderBy(agent => agent.Agent).ToList();
                transaction.Defer(
                    "UPDATE agents a SET last_seen = greatest(a.last_seen, s.at) FROM unnest($1, $2) AS s (agent, at) WHERE a.number = s.agent",
                    ordered.Select(agent => agent.Agent).ToArray(), ordered.Select(agent => agent.At.UtcDateTime).ToArray());
                return Task.FromResult(true);
            },
            cancellationToken,
            weight: seen.Count);

    public ValueTask<IReadOnlyList<(int Project, int Agent, DateTimeOffset At)>> SeenSinceAsync(DateTimeOffset since, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<(int, int, DateTimeOffset)>>(
            async (connection, cancel) => await connection.Ask("SELECT project, number, last_seen FROM agents WHERE last_seen >= $1 AND deleted_at IS NULL", since.UtcDateTime)
                .ListAsync(static row => (row.GetInt32(0), row.GetInt32(1), row.TimeOrNull(2)!.Value), cancel),
            cancellationToken);

    private ValueTask<bool> WriteAsync(
        AgentRecord agent, AgentEntry? entry, Func<PostgresTransaction, ProjectCursor, Task<int>> change, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            async transaction =>
            {
                var cursor = await transaction.LockAsync(agent.Project);
                if (await change(transaction, cursor) == 0)
                    return false;
                Append(transaction, cursor, agent, entry);
                return true;
            },
            cancellationToken);

    private static void Append(PostgresTransaction transaction, ProjectCursor cursor, AgentRecord agent, AgentEntry? entry)
    {
        if (entry is null)
            return;
        transaction.Append(cursor, new LogEntry
        {
            Project = agent.Project,
            Seq = cursor.NextSeq,
            Kind = EntryKind.Agent,
            Stamp = cursor.LastStamp,
            Audience = Audience.Project,
            Sender = agent.Number,
            Type = entry.Type,
            Json = entry.Json(agent),
        });
    }

    internal static AgentRecord Read(NpgsqlDataReader row) => new()
    {
        Number = row.GetInt32(0),
        Project = row.GetInt32(1),
        Id = row.GetString(2),
        Name = row.GetString(3),
        Type = row.GetString(4),
        Role = Text(row, 5),
        Specialization = Text(row, 6),
        Capabilities = JsonSerializer.Deserialize(row.GetString(7), WireJson.Lenient.StringArray)!,
        Metadata = Text(row, 8) is { } metadata ? JsonSerializer.Deserialize(metadata, WireJson.Lenient.JsonElement) : null,
        Topics = JsonSerializer.Deserialize(row.GetString(9), WireJson.Lenient.StringArray)!,
        Pause = PauseText.Read(row.GetBoolean(10), Text(row, 14)),
        JoinedSeq = row.GetInt64(11),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(12),
        LastSeen = row.IsDBNull(13) ? null : row.GetFieldValue<DateTimeOffset>(13),
    };

    private static string? Text(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static string List(IReadOnlyList<string> words) => JsonSerializer.Serialize([.. words], WireJson.Strict.StringArray);
}
