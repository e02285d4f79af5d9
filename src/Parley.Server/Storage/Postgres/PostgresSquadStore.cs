using Npgsql;
using Parley.Server.Log;
using Parley.Server.Squads;

namespace Parley.Server.Storage.Postgres;

/// <summary>Squads in PostgreSQL.</summary>
internal sealed class PostgresSquadStore(PostgresDatabase database) : ISquadStore
{
    public ValueTask<IReadOnlyList<SquadRecord>> LoadAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<SquadRecord>>(
            static async (connection, cancellation) => await connection.Ask(Select(""))
                .ListAsync(Read, cancellation),
            cancellationToken);

    public ValueTask<SquadRecord?> AddAsync(SquadRecord draft, SquadEntry entry, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync<SquadRecord?>(
            async transaction =>
            {
                var cursor = await transaction.LockAsync(draft.Project);
                var number = await transaction.ScalarAsync(
                    "INSERT INTO squads (project, squad_id, name, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING number",
                    draft.Project, draft.Id, draft.Name, draft.CreatedAt);
                if (number is null)
                    return null;
                var squad = draft with { Number = (int)number };
                WriteMembers(transaction, squad);
                Append(transaction, cursor, entry);
                return squad;
            },
            cancellationToken,
            weight: 1 + draft.Members.Count);

    public ValueTask<bool> ChangeAsync(SquadRecord squad, SquadEntry entry, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            async transaction =>
            {
                var cursor = await transaction.LockAsync(squad.Project);
                if (await transaction.RunAsync("UPDATE squads SET name = $2 WHERE number = $1", squad.Number, squad.Name) == 0)
                    return false;
                DropMembers(transaction, squad);
                WriteMembers(transaction, squad);
                Append(transaction, cursor, entry);
                return true;
            },
            cancellationToken,
            weight: 1 + squad.Members.Count);

    public ValueTask<bool> RemoveAsync(SquadRecord squad, SquadEntry entry, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            async transaction =>
            {
                var cursor = await transaction.LockAsync(squad.Project);
                if (await transaction.RunAsync("DELETE FROM squads WHERE number = $1", squad.Number) == 0)
                    return false;
                DropMembers(transaction, squad);
                Append(transaction, cursor, entry);
                return true;
            },
            cancellationToken,
            weight: 1 + squad.Members.Count);

    /// <param name="where">Which; of <c>squads s</c>.</param>
    /// <remarks>One statement sees one moment: a squad never with the members of another.</remarks>
    internal static string Select(string where) =>
        $"""
         SELECT s.number, s.project, s.squad_id, s.name, s.created_at,
                array_agg(m.agent ORDER BY m.position) FILTER (WHERE m.agent IS NOT NULL),
                array_agg(m.role ORDER BY m.position) FILTER (WHERE m.agent IS NOT NULL),
                array_agg(m.specialization ORDER BY m.position) FILTER (WHERE m.agent IS NOT NULL)
         FROM squads s LEFT JOIN memberships m ON m.squad = s.number {where} GROUP BY s.number
         """;

    internal static SquadRecord Read(NpgsqlDataReader row) => new()
    {
        Number = row.GetInt32(0),
        Project = row.GetInt32(1),
        Id = row.GetString(2),
        Name = row.GetString(3),
        CreatedAt = row.Time(4),
        Members = row.IsDBNull(5)
            ? []
            : [.. row.GetFieldValue<int[]>(5).Zip(row.GetFieldValue<string?[]>(6), row.GetFieldValue<string?[]>(7))
                .Select(member => new MemberRecord(member.First, member.Second, member.Third))],
    };

    private static void DropMembers(PostgresTransaction transaction, SquadRecord squad) =>
        transaction.Defer("DELETE FROM memberships WHERE squad = $1", squad.Number);

    private static void WriteMembers(PostgresTransaction transaction, SquadRecord squad) => transaction.Defer(
        """
        INSERT INTO memberships (squad, agent, role, specialization, position)
        SELECT $1, m.* FROM unnest($2, $3, $4) WITH ORDINALITY AS m (agent, role, specialization, position)
        """,
        squad.Number,
        squad.Members.Select(member => member.Agent).ToArray(),
        squad.Members.Select(member => member.Role).ToArray(),
        squad.Members.Select(member => member.Specialization).ToArray());

    private static void Append(PostgresTransaction transaction, ProjectCursor cursor, SquadEntry entry) => transaction.Append(cursor, new LogEntry
    {
        Project = cursor.Project,
        Seq = cursor.NextSeq,
        Kind = EntryKind.Squad,
        Stamp = cursor.LastStamp,
        Audience = Audience.Project,
        Type = entry.Type,
        Json = entry.Json,
    });
}
