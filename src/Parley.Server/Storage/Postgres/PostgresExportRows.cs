using System.Data;
using System.Runtime.CompilerServices;
using Npgsql;
using Parley.Protocol;
using Parley.Server.ExportImport;
using Parley.Server.Log;
using Parley.Server.Storage.Sql;
using Parley.Server.Wire;

namespace Parley.Server.Storage.Postgres;

/// <summary>Reads PostgreSQL's rows as lines of an export.</summary>
internal static class PostgresExportRows
{
    /// <summary>To everybody else, a project that is being deleted is already gone.</summary>
    private const string Projects = "(SELECT number FROM projects WHERE project_id NOT LIKE '%/deleted/%')";

    private const string Agents = $"(SELECT number FROM agents WHERE project IN {Projects})";

    internal static async IAsyncEnumerable<ExportLine> ReadAsync(
        NpgsqlConnection connection, string kind, long skip, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (sql, read) = Of(kind);
        await using var command = connection.Ask($"{sql} OFFSET $1", skip);
        // Rows are streamed: those that the reader has not consumed yet wait in the database.
        await using var rows = await command.ExecuteReaderAsync(CommandBehavior.SingleResult, cancellationToken);
        while (await NextAsync(rows, cancellationToken))
            yield return read(rows);
    }

    private static async ValueTask<bool> NextAsync(NpgsqlDataReader rows, CancellationToken cancellationToken)
    {
        try
        {
            return await rows.ReadAsync(cancellationToken);
        }
        catch (Exception fault) when (PostgresFault.IsAway(fault))
        {
            throw PostgresFault.Away(fault);
        }
    }

    private static (string Sql, Func<NpgsqlDataReader, ExportLine> Read) Of(string kind) => kind switch
    {
        LineKinds.Numbers => (
            $"SELECT {Highest("projects")}, {Highest("agents")}",
            static row => new NumbersLine { Projects = row.GetInt64(0), Agents = row.GetInt64(1) }),
        LineKinds.Project => (
            $"""
             SELECT number, project_id, name, created_at, settings, epoch, next_seq, last_stamp, sent, delivered, acknowledged, dead, expired, pause
             FROM projects WHERE number IN {Projects} ORDER BY number
             """,
            Project),
        LineKinds.Agent => (
            $"""
             SELECT number, project, agent_id, name, type, role, specialization, capabilities, metadata, topics, paused, joined_seq, created_at, last_seen, deleted_at, pause
             FROM agents WHERE project IN {Projects} ORDER BY number
             """,
            Agent),
        LineKinds.Entity => (
            $"""
             SELECT {EntitySql.Columns}, ARRAY (SELECT m.mark FROM entity_marks m WHERE m.place = e.place ORDER BY m.mark)
             FROM entities e WHERE e.project IN {Projects} ORDER BY e.place
             """,
            Entity),
        LineKinds.Entry => (
            $"""
             SELECT l.place, l.kind, l.stamp, l.sender, l.audience, l.type, l.thread, l.execution, l.reply_to, l.hops, l.subject, l.superseded_by, l.released_by,
                    l.first_delivery, l.deliveries, l.routing, l.session, l.task,
                    CASE WHEN l.deliveries = 0 THEN l.recipient
                         WHEN l.deliveries = 1 AND l.audience & 15 <> 1 THEN (SELECT d.mailbox FROM deliveries d WHERE d.delivery = l.first_delivery) END,
                    l.whole, l.id_bits, l.thread_id, l.expires_at, l.body
             FROM log l WHERE (l.place >> 40)::int IN {Projects} ORDER BY l.place
             """,
            Entry),
        LineKinds.Delivery => (
            // What a connection holds waits again after a move, unless its message was deleted in the meantime. In that case it is withdrawn, as it
            // would be here.
            $"""
             SELECT d.delivery, d.place, d.mailbox, CASE WHEN g.reason IS NOT NULL THEN 6 WHEN d.state = 2 AND d.holder_node IS NOT NULL THEN 1 ELSE d.state END, d.attempt,
                    d.priority, d.rank, d.queued_at, d.expires_at, d.due_at, d.lease, CASE WHEN d.holder_node IS NULL THEN d.lease_until END, d.delivered_at,
                    d.surfaced_at, d.acknowledged_at, d.replied_at, CASE WHEN g.reason IS NOT NULL THEN d.delivered_at WHEN d.state <> 3 THEN d.ended_at END,
                    d.capability, d.tried, d.told, coalesce(g.reason, d.last_error), d.disconnects, d.trail, d.evidence
             FROM deliveries d LEFT JOIN LATERAL (
                 SELECT {PostgresMessageStore.ReasonGone} AS reason FROM (SELECT d.place AS held) h LEFT JOIN log l ON l.place = h.held) g
                 ON d.state = 2 AND d.holder_node IS NOT NULL
             WHERE (d.place >> 40)::int IN {Projects} ORDER BY d.delivery
             """,
            Delivery),
        LineKinds.Reaction => (
            $"SELECT place, emoji, agent FROM reactions WHERE (place >> 40)::int IN {Projects} ORDER BY place, emoji, agent",
            static row => new ReactionLine { Project = ProjectOf(row), Seq = SeqOf(row, 0)!.Value, Emoji = row.GetString(1), Agent = row.GetString(2) }),
        LineKinds.Key => (
            $"SELECT project, caller, key, fingerprint, at, place, answer FROM idempotency WHERE project IN {Projects} ORDER BY project, caller, key",
            Key),
        LineKinds.Token => (
            "SELECT token_id, kind, hash, project_id, agent_id, created_at, expires_at, last_used_at, revoked_at FROM tokens ORDER BY token_id",
            Token),
        LineKinds.Ticket => (
            "SELECT ticket, token_id, opened_at FROM opened_tickets ORDER BY ticket",
            static row => new TicketLine { Ticket = row.GetString(0), TokenId = row.GetString(1), OpenedAt = Milliseconds(row, 2)!.Value }),
        LineKinds.RelayPlace => (
            $"SELECT agent, seq FROM relay_places WHERE agent IN {Agents} ORDER BY agent",
            static row => new RelayPlaceLine { Agent = row.GetInt32(0), Seq = row.GetInt64(1) }),
        LineKinds.WebhookPlace => ($"SELECT {WebhookSql.Columns} FROM webhook_places WHERE (place >> 40)::int IN {Projects} ORDER BY place", WebhookPlace),
        LineKinds.BudgetCount => (
            $"SELECT {BudgetSql.Columns} FROM budget_counts WHERE (place >> 40)::int IN {Projects} ORDER BY place",
            static row => new BudgetCountLine { Project = ProjectOf(row), Budget = SeqOf(row, 0)!.Value, Round = row.GetInt32(1), Messages = row.GetInt64(2), Bytes = row.GetInt64(3) }),
        LineKinds.Availability => (
            "SELECT first_start, ready_ms FROM availability",
            static row => new AvailabilityLine { FirstStart = Milliseconds(row, 0)!.Value, ReadyMs = row.GetInt64(1) }),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No such kind."),
    };

    private static string Highest(string table) => $"(SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {table}_number_seq)";

    private static int ProjectOf(NpgsqlDataReader row, int column = 0) => LogKey.Project(row.GetInt64(column));

    private static long? SeqOf(NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : LogKey.Seq(row.GetInt64(column));

    private static long? Milliseconds(NpgsqlDataReader row, int column) => row.TimeOrNull(column)?.ToUnixTimeMilliseconds();

    private static ProjectLine Project(NpgsqlDataReader row) => new()
    {
        Number = row.GetInt32(0),
        ProjectId = row.GetString(1),
        Name = row.GetString(2),
        CreatedAt = Milliseconds(row, 3)!.Value,
        Settings = RawJson.Of(row.GetString(4)),
        Epoch = row.GetInt64(5),
        LastSeq = row.GetInt64(6) - 1,
        LastStamp = row.GetInt64(7),
        Sent = row.GetInt64(8),
        Delivered = row.GetInt64(9),
        Acknowledged = row.GetInt64(10),
        Dead = row.GetInt64(11),
        Expired = row.GetInt64(12),
        Pause = RawJson.OfNullable(row.TextOrNull(13)),
    };

    private static AgentLine Agent(NpgsqlDataReader row) => new()
    {
        Number = row.GetInt32(0),
        Project = row.GetInt32(1),
        AgentId = row.GetString(2),
        Name = row.GetString(3),
        Type = row.GetString(4),
        Role = row.TextOrNull(5),
        Specialization = row.TextOrNull(6),
        Capabilities = RawJson.Of(row.GetString(7)),
        Metadata = RawJson.OfNullable(row.TextOrNull(8)),
        Topics = RawJson.Of(row.GetString(9)),
        Paused = row.GetBoolean(10),
        JoinedSeq = row.GetInt64(11),
        CreatedAt = Milliseconds(row, 12)!.Value,
        LastSeen = Milliseconds(row, 13),
        DeletedAt = Milliseconds(row, 14),
        Pause = RawJson.OfNullable(row.TextOrNull(15)),
    };

    private static EntityLine Entity(NpgsqlDataReader row) => new()
    {
        Project = ProjectOf(row),
        Seq = SeqOf(row, 0)!.Value,
        EntityKind = row.GetInt16(1),
        Name = row.TextOrNull(2),
        IdBits = row.GetInt64(3),
        MadeAt = row.GetInt64(4),
        Changed = SeqOf(row, 5)!.Value,
        ChangedAt = row.GetInt64(6),
        Maker = row.GetInt32(7),
        Due = row.IsDBNull(8) ? null : row.GetInt64(8),
        IsOver = row.GetInt16(9) != 0,
        Body = RawJson.Of(row.GetString(10)),
        Marks = row.GetFieldValue<string[]>(11),
    };

    private static EntryLine Entry(NpgsqlDataReader row)
    {
        var audience = (Audience)row.GetInt16(4);
        var (seq, stamp) = (SeqOf(row, 0)!.Value, row.GetInt64(2));
        return new EntryLine
        {
            Project = ProjectOf(row),
            Seq = seq,
            EntryKind = (EntryKind)row.GetInt16(1),
            Stamp = stamp,
            Sender = row.GetInt32(3),
            Recipient = row.IsDBNull(18) ? null : row.GetInt32(18),
            Audience = audience & ~Audience.Withheld,
            Withheld = audience.HasFlag(Audience.Withheld),
            Type = row.TextOrNull(5),
            Thread = SeqOf(row, 6),
            Execution = SeqOf(row, 7),
            ReplyTo = SeqOf(row, 8),
            Hops = row.GetInt32(9),
            Subject = SeqOf(row, 10),
            SupersededBy = SeqOf(row, 11),
            ReleasedBy = SeqOf(row, 12),
            FirstDelivery = row.Int64OrNull(13),
            Deliveries = row.GetInt32(14),
            Routing = row.TextOrNull(15),
            Session = row.TextOrNull(16),
            Task = row.TextOrNull(17),
            Entry = new RawJson(row.GetBoolean(19) ? row.GetFieldValue<byte[]>(23) : PostgresLogRows.Json(row, firstColumn: 20, seq, stamp)),
        };
    }

    private static DeliveryLine Delivery(NpgsqlDataReader row) => new()
    {
        Delivery = row.GetInt64(0),
        Project = ProjectOf(row, 1),
        Seq = SeqOf(row, 1)!.Value,
        Mailbox = row.GetInt32(2),
        State = (DeliveryState)row.GetInt32(3),
        Attempt = row.GetInt16(4),
        Priority = row.GetInt16(5),
        Rank = row.GetInt64(6),
        QueuedAt = row.GetInt64(7),
        ExpiresAt = row.Int64OrNull(8),
        DueAt = row.Int64OrNull(9),
        Lease = row.GetInt64(10),
        LeaseUntil = row.Int64OrNull(11),
        DeliveredAt = row.Int64OrNull(12),
        SurfacedAt = row.Int64OrNull(13),
        AcknowledgedAt = row.Int64OrNull(14),
        RepliedAt = row.Int64OrNull(15),
        EndedAt = row.Int64OrNull(16),
        Capability = row.TextOrNull(17),
        Tried = row.TextOrNull(18),
        Told = row.GetBoolean(19),
        LastError = row.TextOrNull(20),
        Disconnects = row.GetInt32(21),
        Trail = row.TextOrNull(22),
        Evidence = row.IsDBNull(23) ? null : (SurfaceEvidence)row.GetInt16(23),
    };

    private static KeyLine Key(NpgsqlDataReader row) => new()
    {
        Project = row.GetInt32(0),
        Caller = row.GetString(1),
        Key = row.GetString(2),
        Fingerprint = row.GetInt64(3),
        At = row.GetInt64(4),
        Seq = SeqOf(row, 5),
        Answer = row.IsDBNull(6) ? null : row.GetFieldValue<byte[]>(6),
    };

    private static WebhookPlaceLine WebhookPlace(NpgsqlDataReader row) => new()
    {
        Project = ProjectOf(row),
        Webhook = SeqOf(row, 0)!.Value,
        Seq = row.GetInt64(1),
        Missed = row.GetInt64(2),
        Failures = row.GetInt32(3),
        LastAttemptAt = row.Int64OrNull(4),
        LastSuccessAt = row.Int64OrNull(5),
        LastStatus = row.IsDBNull(6) ? null : row.GetInt32(6),
        NextAttemptAt = row.Int64OrNull(7),
        LastError = row.TextOrNull(8),
    };

    private static TokenLine Token(NpgsqlDataReader row) => new()
    {
        TokenId = row.GetString(0),
        TokenKind = row.GetString(1),
        Hash = row.GetFieldValue<byte[]>(2),
        ProjectId = row.TextOrNull(3),
        AgentId = row.TextOrNull(4),
        CreatedAt = Milliseconds(row, 5)!.Value,
        ExpiresAt = Milliseconds(row, 6),
        LastUsedAt = Milliseconds(row, 7),
        RevokedAt = Milliseconds(row, 8),
    };
}
