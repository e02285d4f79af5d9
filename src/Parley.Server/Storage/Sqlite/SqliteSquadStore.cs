using Parley.Server.Log;
using Parley.Server.Squads;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Squads in SQLite.</summary>
internal sealed class SqliteSquadStore(SqliteDatabase database, SqliteLog log) : ISquadStore
{
    public ValueTask<IReadOnlyList<SquadRecord>> LoadAsync(CancellationToken cancellationToken) =>
        database.Readers.ReadAsync<IReadOnlyList<SquadRecord>>(
            connection =>
            {
                var members = Members(connection).ToLookup(row => row.Squad, row => row.Member);
                var squads = new List<SquadRecord>();
                var rows = connection.Prepare("SELECT number, project, squad_id, name, created_at FROM squads");
                while (rows.Step())
                {
                    squads.Add(new SquadRecord
                    {
                        Number = rows.Int32(0),
                        Project = rows.Int32(1),
                        Id = rows.Text(2)!,
                        Name = rows.Text(3)!,
                        CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(rows.Int64(4)),
                        Members = [.. members[rows.Int32(0)]],
                    });
                }

                return squads;
            },
            cancellationToken);

    public ValueTask<SquadRecord?> AddAsync(SquadRecord draft, SquadEntry entry, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync<SquadRecord?>(
            connection =>
            {
                var added = connection.Prepare("INSERT INTO squads (project, squad_id, name, created_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
                    .Bind(1, draft.Project).Bind(2, draft.Id).Bind(3, draft.Name).Bind(4, draft.CreatedAt.ToUnixTimeMilliseconds())
                    .Run();
                if (added == 0)
                    return null;
                var squad = draft with { Number = (int)connection.LastInsertRowId };
                WriteMembers(connection, squad);
                Append(connection, squad, entry);
                return squad;
            },
            cancellationToken,
            weight: 1 + draft.Members.Count);

    public ValueTask<bool> ChangeAsync(SquadRecord squad, SquadEntry entry, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            connection =>
            {
                if (connection.Prepare("UPDATE squads SET name = ?2 WHERE number = ?1").Bind(1, squad.Number).Bind(2, squad.Name).Run() == 0)
                    return false;
                DropMembers(connection, squad);
                WriteMembers(connection, squad);
                Append(connection, squad, entry);
                return true;
            },
            cancellationToken,
            weight: 1 + squad.Members.Count);

    public ValueTask<bool> RemoveAsync(SquadRecord squad, SquadEntry entry, CancellationToken cancellationToken) =>
        database.Writer.WriteAsync(
            connection =>
            {
                if (connection.Prepare("DELETE FROM squads WHERE number = ?1").Bind(1, squad.Number).Run() == 0)
                    return false;
                DropMembers(connection, squad);
                Append(connection, squad, entry);
                return true;
            },
            cancellationToken,
            weight: 1 + squad.Members.Count);

    private static List<(int Squad, MemberRecord Member)> Members(SqliteConnection connection)
    {
        var members = new List<(int, MemberRecord)>();
        var rows = connection.Prepare("SELECT squad, agent, role, specialization FROM memberships ORDER BY squad, position");
        while (rows.Step())
            members.Add((rows.Int32(0), new MemberRecord(rows.Int32(1), rows.Text(2), rows.Text(3))));
        return members;
    }

    private static void DropMembers(SqliteConnection connection, SquadRecord squad) =>
        connection.Prepare("DELETE FROM memberships WHERE squad = ?1").Bind(1, squad.Number).Run();

    private static void WriteMembers(SqliteConnection connection, SquadRecord squad)
    {
        for (var i = 0; i < squad.Members.Count; i++)
        {
            var member = squad.Members[i];
            connection.Prepare("INSERT INTO memberships (squad, agent, position, role, specialization) VALUES (?1, ?2, ?3, ?4, ?5)")
                .Bind(1, squad.Number).Bind(2, member.Agent).Bind(3, i).Bind(4, member.Role).Bind(5, member.Specialization)
                .Run();
        }
    }

    private void Append(SqliteConnection connection, SquadRecord squad, SquadEntry entry)
    {
        var cursor = log.Cursor(connection, squad.Project);
        log.Append(connection, cursor, new LogEntry
        {
            Project = squad.Project,
            Seq = cursor.NextSeq,
            Kind = EntryKind.Squad,
            Stamp = log.Now(cursor),
            Audience = Audience.Project,
            Type = entry.Type,
            Json = entry.Json,
        });
    }
}
