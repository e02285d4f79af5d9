using System.Text.Json;
using Parley.Protocol;
using Parley.Server.ExportImport;
using Parley.Server.Log;
using Parley.Server.Storage.Sql;
using Parley.Server.Wire;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Reads SQLite's rows as lines of an export.</summary>
internal static class SqliteExportRows
{
    /// <summary>To everybody else, a project that is being deleted is already gone.</summary>
    private const string Projects = "(SELECT number FROM projects WHERE project_id NOT LIKE '%/deleted/%')";

    private const string Agents = $"(SELECT number FROM agents WHERE project IN {Projects})";

    private const string Page = "LIMIT -1 OFFSET ?1";

    internal static IEnumerable<ExportLine> Read(SqliteConnection connection, string kind, long skip) => kind switch
    {
        LineKinds.Numbers => Rows(
            connection,
            $"""
             SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'projects'), 0), coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'agents'), 0) {Page}
             """,
            skip, static row => new NumbersLine { Projects = row.Int64(0), Agents = row.Int64(1) }),
        LineKinds.Project => Rows(
            connection,
            $"""
             SELECT number, project_id, name, created_at, settings, epoch, next_seq, last_stamp, sent, delivered, acknowledged, dead, expired, pause
             FROM projects WHERE number IN {Projects} ORDER BY number {Page}
             """,
            skip, Project),
        LineKinds.Agent => Rows(
            connection,
            $"""
             SELECT number, project, agent_id, name, type, role, specialization, capabilities, metadata, topics, paused, joined_seq, created_at, last_seen, deleted_at, pause
             FROM agents WHERE project IN {Projects} ORDER BY number {Page}
             """,
            skip, Agent),
        LineKinds.Entity => Rows(
            connection,
            $"""
             SELECT {EntitySql.Columns}, (SELECT json_group_array(mark) FROM (SELECT mark FROM entity_marks m WHERE m.place = e.place ORDER BY mark))
             FROM entities e WHERE e.project IN {Projects} ORDER BY e.place {Page}
             """,
            skip, Entity),
        LineKinds.Entry => Rows(
            connection,
            $"""
             SELECT place, kind, stamp, sender, audience, type, thread, execution, reply_to, hops, subject, superseded_by, released_by, first_delivery,
                    deliveries, routing, session, task, body,
                    CASE WHEN deliveries = 0 THEN recipient
                         WHEN deliveries = 1 AND audience & 15 <> 1 THEN (SELECT mailbox FROM deliveries d WHERE d.delivery = first_delivery) END
             FROM log WHERE place >> 40 IN {Projects} ORDER BY place {Page}
             """,
            skip, Entry),
        LineKinds.Delivery => Rows(
            connection,
            $"""
             SELECT delivery, place, mailbox, state, attempt, priority, rank, queued_at, expires_at, due_at, lease, lease_until, delivered_at, surfaced_at,
                    acknowledged_at, replied_at, CASE WHEN state <> 3 THEN ended_at END, capability, tried, told, last_error, disconnects, trail, evidence
             FROM deliveries WHERE place >> 40 IN {Projects} ORDER BY delivery {Page}
             """,
            skip, Delivery),
        LineKinds.Reaction => Rows(
            connection, $"SELECT place, emoji, agent FROM reactions WHERE place >> 40 IN {Projects} ORDER BY place, emoji, agent {Page}",
            skip, static row => new ReactionLine { Project = ProjectOf(row), Seq = SeqOf(row, 0)!.Value, Emoji = row.Text(1)!, Agent = row.Text(2)! }),
        LineKinds.Key => Rows(
            connection, $"SELECT project, caller, key, fingerprint, at, place, answer FROM idempotency WHERE project IN {Projects} ORDER BY project, caller, key {Page}",
            skip, Key),
        LineKinds.Token => Rows(
            connection,
            $"SELECT token_id, kind, hash, project_id, agent_id, created_at, expires_at, last_used_at, revoked_at FROM tokens ORDER BY token_id {Page}",
            skip, Token),
        LineKinds.Ticket => Rows(
            connection, $"SELECT ticket, token_id, opened_at FROM opened_tickets ORDER BY ticket {Page}",
            skip, static row => new TicketLine { Ticket = row.Text(0)!, TokenId = row.Text(1)!, OpenedAt = row.Int64(2) }),
        LineKinds.RelayPlace => Rows(
            connection, $"SELECT agent, seq FROM relay_places WHERE agent IN {Agents} ORDER BY agent {Page}",
            skip, static row => new RelayPlaceLine { Agent = row.Int32(0), Seq = row.Int64(1) }),
        LineKinds.WebhookPlace => Rows(
            connection, $"SELECT {WebhookSql.Columns} FROM webhook_places WHERE place >> 40 IN {Projects} ORDER BY place {Page}",
            skip, WebhookPlace),
        LineKinds.BudgetCount => Rows(
            connection, $"SELECT {BudgetSql.Columns} FROM budget_counts WHERE place >> 40 IN {Projects} ORDER BY place {Page}",
            skip,
            static row => new BudgetCountLine { Project = ProjectOf(row), Budget = SeqOf(row, 0)!.Value, Round = row.Int32(1), Messages = row.Int64(2), Bytes = row.Int64(3) }),
        LineKinds.Availability => Rows(
            connection, $"SELECT first_start, ready_ms FROM availability {Page}",
            skip, static row => new AvailabilityLine { FirstStart = row.Int64(0), ReadyMs = row.Int64(1) }),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind."),
    };

    private static IEnumerable<ExportLine> Rows(SqliteConnection connection, string sql, long skip, Func<SqliteStatement, ExportLine> read)
    {
        var rows = connection.Prepare(sql).Bind(1, skip);
        try
        {
            while (Step(rows))
                yield return read(rows);
        }
        finally
        {
            rows.Reset();
        }
    }

    private static bool Step(SqliteStatement rows)
    {
        try
        {
            return rows.Step();
        }
        catch (SqliteException fault)
        {
            throw new StorageUnavailableException("The database cannot be read.", fault);
        }
    }

    private static int ProjectOf(SqliteStatement row, int column = 0) => LogKey.Project(row.Int64(column));

    private static long? SeqOf(SqliteStatement row, int column) => row.IsNull(column) ? null : LogKey.Seq(row.Int64(column));

    private static RawJson Json(SqliteStatement row, int column) => new(row.Blob(column).ToArray());

    private static ProjectLine Project(SqliteStatement row) => new()
    {
        Number = row.Int32(0),
        ProjectId = row.Text(1)!,
        Name = row.Text(2)!,
        CreatedAt = row.Int64(3),
        Settings = Json(row, 4),
        Epoch = row.Int64(5),
        LastSeq = row.Int64(6) - 1,
        LastStamp = row.Int64(7),
        Sent = row.Int64(8),
        Delivered = row.Int64(9),
        Acknowledged = row.Int64(10),
        Dead = row.Int64(11),
        Expired = row.Int64(12),
        Pause = row.IsNull(13) ? null : Json(row, 13),
    };

    private static AgentLine Agent(SqliteStatement row) => new()
    {
        Number = row.Int32(0),
        Project = row.Int32(1),
        AgentId = row.Text(2)!,
        Name = row.Text(3)!,
        Type = row.Text(4)!,
        Role = row.Text(5),
        Specialization = row.Text(6),
        Capabilities = Json(row, 7),
        Metadata = row.IsNull(8) ? null : Json(row, 8),
        Topics = Json(row, 9),
        Paused = row.Int32(10) != 0,
        JoinedSeq = row.Int64(11),
        CreatedAt = row.Int64(12),
        LastSeen = row.NullableInt64(13),
        DeletedAt = row.NullableInt64(14),
        Pause = row.IsNull(15) ? null : Json(row, 15),
    };

    private static EntityLine Entity(SqliteStatement row) => new()
    {
        Project = ProjectOf(row),
        Seq = SeqOf(row, 0)!.Value,
        EntityKind = row.Int32(1),
        Name = row.Text(2),
        IdBits = row.Int64(3),
        MadeAt = row.Int64(4),
        Changed = SeqOf(row, 5)!.Value,
        ChangedAt = row.Int64(6),
        Maker = row.Int32(7),
        Due = row.NullableInt64(8),
        IsOver = row.Int64(9) != 0,
        Body = Json(row, 10),
        Marks = JsonSerializer.Deserialize(row.Blob(11), WireJson.Lenient.IReadOnlyListString)!,
    };

    private static EntryLine Entry(SqliteStatement row)
    {
        var audience = (Audience)row.Int32(4);
        return new EntryLine
        {
            Project = ProjectOf(row),
            Seq = SeqOf(row, 0)!.Value,
            EntryKind = (EntryKind)row.Int32(1),
            Stamp = row.Int64(2),
            Sender = row.Int32(3),
            Recipient = (int?)row.NullableInt64(19),
            Audience = audience & ~Audience.Withheld,
            Withheld = audience.HasFlag(Audience.Withheld),
            Type = row.Text(5),
            Thread = SeqOf(row, 6),
            Execution = SeqOf(row, 7),
            ReplyTo = SeqOf(row, 8),
            Hops = row.Int32(9),
            Subject = SeqOf(row, 10),
            SupersededBy = SeqOf(row, 11),
            ReleasedBy = SeqOf(row, 12),
            FirstDelivery = row.NullableInt64(13),
            Deliveries = row.Int32(14),
            Routing = row.Text(15),
            Session = row.Text(16),
            Task = row.Text(17),
            Entry = Json(row, 18),
        };
    }

    private static DeliveryLine Delivery(SqliteStatement row) => new()
    {
        Delivery = row.Int64(0),
        Project = ProjectOf(row, 1),
        Seq = SeqOf(row, 1)!.Value,
        Mailbox = row.Int32(2),
        State = (DeliveryState)row.Int32(3),
        Attempt = row.Int32(4),
        Priority = row.Int32(5),
        Rank = row.Int64(6),
        QueuedAt = row.Int64(7),
        ExpiresAt = row.NullableInt64(8),
        DueAt = row.NullableInt64(9),
        Lease = row.Int64(10),
        LeaseUntil = row.NullableInt64(11),
        DeliveredAt = row.NullableInt64(12),
        SurfacedAt = row.NullableInt64(13),
        AcknowledgedAt = row.NullableInt64(14),
        RepliedAt = row.NullableInt64(15),
        EndedAt = row.NullableInt64(16),
        Capability = row.Text(17),
        Tried = row.Text(18),
        Told = row.Int32(19) != 0,
        LastError = row.Text(20),
        Disconnects = row.Int32(21),
        Trail = row.Text(22),
        Evidence = row.IsNull(23) ? null : (SurfaceEvidence)row.Int32(23),
    };

    private static KeyLine Key(SqliteStatement row) => new()
    {
        Project = row.Int32(0),
        Caller = row.Text(1)!,
        Key = row.Text(2)!,
        Fingerprint = row.Int64(3),
        At = row.Int64(4),
        Seq = SeqOf(row, 5),
        Answer = row.IsNull(6) ? null : row.Blob(6).ToArray(),
    };

    private static WebhookPlaceLine WebhookPlace(SqliteStatement row) => new()
    {
        Project = ProjectOf(row),
        Webhook = SeqOf(row, 0)!.Value,
        Seq = row.Int64(1),
        Missed = row.Int64(2),
        Failures = row.Int32(3),
        LastAttemptAt = row.NullableInt64(4),
        LastSuccessAt = row.NullableInt64(5),
        LastStatus = (int?)row.NullableInt64(6),
        NextAttemptAt = row.NullableInt64(7),
        LastError = row.Text(8),
    };

    private static TokenLine Token(SqliteStatement row) => new()
    {
        TokenId = row.Text(0)!,
        TokenKind = row.Text(1)!,
        Hash = row.Blob(2).ToArray(),
        ProjectId = row.Text(3),
        AgentId = row.Text(4),
        CreatedAt = row.Int64(5),
        ExpiresAt = row.NullableInt64(6),
        LastUsedAt = row.NullableInt64(7),
        RevokedAt = row.NullableInt64(8),
    };
}
