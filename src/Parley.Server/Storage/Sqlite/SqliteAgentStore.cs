using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Agents in SQLite.</summary>
internal sealed class SqliteAgentStore(SqliteDatabase database, SqliteLog log) : IAgentStore
{
    public ValueTask<IReadOnlyList<AgentRecord>> LoadAsync(CancellationToken cancellationToken) =>
        database.Readers.ReadAsync<IReadOnlyList<AgentRecord>>(
            connection =>
            {
                var agents = new List<AgentRecord>();
                var rows = connection.Prepare(AgentSql.Load);
                while (rows.Step())
                    agents.Add(Read(rows));
                return agents;
            },
            cancellationToken);

    public ValueTask<AgentRecord?> AddAsync(AgentRecord draft, AgentEntry? entry, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync<AgentRecord?>(
            connection =>
            {
                var cursor = log.Cursor(connection, draft.Project);
                var added = connection.Prepare(AgentSql.Add)
                    .Bind(1, draft.Project).Bind(2, draft.Id).Bind(3, draft.Name).Bind(4, draft.Type).Bind(5, draft.Role).Bind(6, draft.Specialization)
                    .Bind(7, List(draft.Capabilities)).Bind(8, draft.Metadata?.GetRawText()).Bind(9, List(draft.Topics)).Bind(10, draft.Pause is null ? 0 : 1)
                    .Bind(11, cursor.NextSeq).Bind(12, draft.CreatedAt.ToUnixTimeMilliseconds()).Bind(13, PauseText.Of(draft.Pause))
                    .Scalar();
                if (added is not { } number)
                    return null;
                var agent = draft with { Number = (int)number, JoinedSeq = cursor.NextSeq };
                Append(connection, agent, entry);
                return agent;
            },
            cancellationToken);

    public ValueTask<bool> ChangeAsync(AgentRecord agent, AgentEntry? entry, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            connection =>
            {
                var changed = connection.Prepare(AgentSql.Change)
                    .Bind(1, agent.Number).Bind(2, agent.Name).Bind(3, agent.Type).Bind(4, agent.Role).Bind(5, agent.Specialization)
                    .Bind(6, List(agent.Capabilities)).Bind(7, agent.Metadata?.GetRawText()).Bind(8, List(agent.Topics)).Bind(9, agent.Pause is null ? 0 : 1)
                    .Bind(10, PauseText.Of(agent.Pause))
                    .Run();
                if (changed == 0)
                    return false;
                Append(connection, agent, entry);
                return true;
            },
            cancellationToken);

    public ValueTask<bool> RemoveAsync(AgentRecord agent, AgentEntry entry, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            connection =>
            {
                var now = log.Now(log.Cursor(connection, agent.Project));
                if (connection.Prepare(AgentSql.Remove).Bind(1, agent.Number).Bind(2, now).Run() == 0)
                    return false;
                connection.Prepare(RelaySql.Forget).Bind(1, agent.Number).Run();
                Append(connection, agent, entry);
                return true;
            },
            cancellationToken);

    public async ValueTask NoteAsync(AgentRecord agent, PresenceChange? note, AgentEntry? entry, CancellationToken cancellationToken)
    {
        if (entry is null)
            return;
        await database.Writer.WriteAsync(
            connection =>
            {
                Append(connection, agent, entry);
                return true;
            },
            cancellationToken);
    }

    public async ValueTask SeenAsync(IReadOnlyList<(int Agent, DateTimeOffset At)> seen, CancellationToken cancellationToken) =>
        await database.Writer.WriteAsync(
            connection =>
            {
                foreach (var (agent, at) in seen)
                    connection.Prepare("UPDATE agents SET last_seen = ?2 WHERE number = ?1").Bind(1, agent).Bind(2, at.ToUnixTimeMilliseconds()).Run();
                return true;
            },
            cancellationToken,
            weight: seen.Count);

    public ValueTask<IReadOnlyList<(int Project, int Agent, DateTimeOffset At)>> SeenSinceAsync(DateTimeOffset since, CancellationToken cancellationToken) => new([]);

    private void Append(SqliteConnection connection, AgentRecord agent, AgentEntry? entry)
    {
        if (entry is null)
            return;
        var cursor = log.Cursor(connection, agent.Project);
        log.Append(connection, cursor, new LogEntry
        {
            Project = agent.Project,
            Seq = cursor.NextSeq,
            Kind = EntryKind.Agent,
            Stamp = log.Now(cursor),
            Audience = Audience.Project,
            Sender = agent.Number,
            Type = entry.Type,
            Json = entry.Json(agent),
        });
    }

    private static AgentRecord Read(SqliteStatement row) => new()
    {
        Number = row.Int32(0),
        Project = row.Int32(1),
        Id = row.Text(2)!,
        Name = row.Text(3)!,
        Type = row.Text(4)!,
        Role = row.Text(5),
        Specialization = row.Text(6),
        Capabilities = JsonSerializer.Deserialize(row.Blob(7), WireJson.Lenient.StringArray)!,
        Metadata = row.IsNull(8) ? null : JsonSerializer.Deserialize(row.Blob(8), WireJson.Lenient.JsonElement),
        Topics = JsonSerializer.Deserialize(row.Blob(9), WireJson.Lenient.StringArray)!,
        Pause = PauseText.Read(row.Int32(10) != 0, row.Text(14)),
        JoinedSeq = row.Int64(11),
        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.Int64(12)),
        LastSeen = row.NullableInt64(13) is { } seen ? DateTimeOffset.FromUnixTimeMilliseconds(seen) : null,
    };

    private static string List(IReadOnlyList<string> words) => JsonSerializer.Serialize([.. words], WireJson.Strict.StringArray);
}
