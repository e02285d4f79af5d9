using System.Diagnostics;
using Parley.Protocol;
using Parley.Server.ExportImport;
using Parley.Server.Log;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Writes the lines of an export as SQLite's rows.</summary>
internal static class SqliteImportRows
{
    internal static void Write(SqliteConnection connection, ExportLine line)
    {
        switch (line)
        {
            case NumbersLine numbers:
                Write(connection, numbers);
                break;
            case ProjectLine project:
                Write(connection, project);
                break;
            case AgentLine agent:
                Write(connection, agent);
                break;
            case EntityLine entity:
                Write(connection, entity);
                break;
            case EntryLine entry:
                Write(connection, entry);
                break;
            case DeliveryLine delivery:
                Write(connection, delivery);
                break;
            case ReactionLine reaction:
                connection.Prepare("INSERT INTO reactions (place, emoji, agent) VALUES (?1, ?2, ?3)")
                    .Bind(1, LogKey.Of(reaction.Project, reaction.Seq)).Bind(2, reaction.Emoji).Bind(3, reaction.Agent).Run();
                break;
            case KeyLine key:
                Write(connection, key);
                break;
            case TokenLine token:
                Write(connection, token);
                break;
            case TicketLine ticket:
                connection.Prepare("INSERT INTO opened_tickets (ticket, token_id, opened_at) VALUES (?1, ?2, ?3)")
                    .Bind(1, ticket.Ticket).Bind(2, ticket.TokenId).Bind(3, ticket.OpenedAt).Run();
                break;
            case RelayPlaceLine place:
                connection.Prepare("INSERT INTO relay_places (agent, seq) VALUES (?1, ?2)").Bind(1, place.Agent).Bind(2, place.Seq).Run();
                break;
            case WebhookPlaceLine webhook:
                connection.Prepare($"INSERT INTO webhook_places ({WebhookSql.Columns}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
                    .Bind(1, LogKey.Of(webhook.Project, webhook.Webhook)).Bind(2, webhook.Seq).Bind(3, webhook.Missed).Bind(4, webhook.Failures)
                    .Bind(5, webhook.LastAttemptAt).Bind(6, webhook.LastSuccessAt).Bind(7, webhook.LastStatus).Bind(8, webhook.NextAttemptAt)
                    .Bind(9, webhook.LastError).Run();
                break;
            case BudgetCountLine count:
                connection.Prepare($"INSERT INTO budget_counts ({BudgetSql.Columns}) VALUES (?1, ?2, ?3, ?4)")
                    .Bind(1, LogKey.Of(count.Project, count.Budget)).Bind(2, count.Round).Bind(3, count.Messages).Bind(4, count.Bytes).Run();
                break;
            case AvailabilityLine availability:
                connection.Prepare("INSERT INTO availability (id, first_start, ready_ms) VALUES (1, ?1, ?2)")
                    .Bind(1, availability.FirstStart).Bind(2, availability.ReadyMs).Run();
                break;
            default:
                throw new UnreachableException($"{line.GetType().Name} has no rows.");
        }
    }

    /// <summary>Written before the rows that have numbers, which can only raise these.</summary>
    private static void Write(SqliteConnection connection, NumbersLine numbers)
    {
        foreach (var (table, highest) in new[] { ("projects", numbers.Projects), ("agents", numbers.Agents) })
        {
            if (highest > 0)
                connection.Prepare("INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)").Bind(1, table).Bind(2, highest).Run();
        }
    }

    private static void Write(SqliteConnection connection, ProjectLine project) => connection.Prepare(
            """
            INSERT INTO projects (number, project_id, name, created_at, settings, epoch, next_seq, last_stamp, sent, delivered, acknowledged, dead, expired, pause)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            """)
        .Bind(1, project.Number).Bind(2, project.ProjectId).Bind(3, project.Name).Bind(4, project.CreatedAt).Bind(5, project.Settings.Utf8)
        .Bind(6, project.Epoch).Bind(7, project.LastSeq + 1).Bind(8, project.LastStamp).Bind(9, project.Sent).Bind(10, project.Delivered)
        .Bind(11, project.Acknowledged).Bind(12, project.Dead).Bind(13, project.Expired).Bind(14, project.Pause?.ToString())
        .Run();

    private static void Write(SqliteConnection connection, AgentLine agent)
    {
        var row = connection.Prepare(
                """
                INSERT INTO agents (number, project, agent_id, name, type, role, specialization, capabilities, metadata, topics, paused, joined_seq, created_at,
                                    last_seen, deleted_at, pause)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
                """)
            .Bind(1, agent.Number).Bind(2, agent.Project).Bind(3, agent.AgentId).Bind(4, agent.Name).Bind(5, agent.Type).Bind(6, agent.Role)
            .Bind(7, agent.Specialization).Bind(8, agent.Capabilities.Utf8).Bind(10, agent.Topics.Utf8).Bind(11, agent.Paused ? 1 : 0)
            .Bind(12, agent.JoinedSeq).Bind(13, agent.CreatedAt).Bind(14, agent.LastSeen).Bind(15, agent.DeletedAt).Bind(16, agent.Pause?.ToString());
        _ = agent.Metadata is { } metadata ? row.Bind(9, metadata.Utf8) : row.BindNull(9);
        row.Run();
    }

    private static void Write(SqliteConnection connection, EntityLine entity)
    {
        var place = LogKey.Of(entity.Project, entity.Seq);
        connection.Prepare(
                """
                INSERT INTO entities (place, project, kind, name, id_bits, made_at, changed, changed_at, maker, due, is_over, body)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                """)
            .Bind(1, place).Bind(2, entity.Project).Bind(3, entity.EntityKind).Bind(4, entity.Name).Bind(5, entity.IdBits).Bind(6, entity.MadeAt)
            .Bind(7, LogKey.Of(entity.Project, entity.Changed)).Bind(8, entity.ChangedAt).Bind(9, entity.Maker).Bind(10, entity.Due)
            .Bind(11, entity.IsOver ? 1 : 0).Bind(12, entity.Body.Utf8)
            .Run();
        foreach (var mark in entity.Marks)
            connection.Prepare("INSERT INTO entity_marks (place, mark) VALUES (?1, ?2)").Bind(1, place).Bind(2, mark).Run();
    }

    private static void Write(SqliteConnection connection, EntryLine entry) => connection.Prepare(
            """
            INSERT INTO log (place, kind, stamp, sender, recipient, audience, type, thread, execution, reply_to, hops, subject, superseded_by, released_by,
                             first_delivery, deliveries, routing, session, task, body)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20)
            """)
        .Bind(1, LogKey.Of(entry.Project, entry.Seq)).Bind(2, (long)entry.EntryKind).Bind(3, entry.Stamp).Bind(4, entry.Sender).Bind(5, entry.Recipient)
        .Bind(6, (long)(entry.Withheld ? entry.Audience | Audience.Withheld : entry.Audience)).Bind(7, entry.Type).Bind(8, PlaceOf(entry, entry.Thread))
        .Bind(9, PlaceOf(entry, entry.Execution)).Bind(10, PlaceOf(entry, entry.ReplyTo)).Bind(11, entry.Hops).Bind(12, PlaceOf(entry, entry.Subject))
        .Bind(13, PlaceOf(entry, entry.SupersededBy)).Bind(14, PlaceOf(entry, entry.ReleasedBy)).Bind(15, entry.FirstDelivery).Bind(16, entry.Deliveries)
        .Bind(17, entry.Routing).Bind(18, entry.Session).Bind(19, entry.Task).BindBlob(20, entry.Entry.Utf8)
        .Run();

    private static long? PlaceOf(EntryLine entry, long? seq) => seq is { } other ? LogKey.Of(entry.Project, other) : null;

    private static void Write(SqliteConnection connection, DeliveryLine delivery) => connection.Prepare(
            """
            INSERT INTO deliveries (delivery, place, mailbox, state, attempt, priority, rank, queued_at, expires_at, due_at, lease, lease_until, delivered_at,
                                    surfaced_at, acknowledged_at, replied_at, ended_at, capability, tried, told, last_error, disconnects, trail, evidence)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24)
            """)
        .Bind(1, delivery.Delivery).Bind(2, LogKey.Of(delivery.Project, delivery.Seq)).Bind(3, delivery.Mailbox).Bind(4, (long)delivery.State)
        .Bind(5, delivery.Attempt).Bind(6, delivery.Priority).Bind(7, delivery.Rank).Bind(8, delivery.QueuedAt).Bind(9, delivery.ExpiresAt)
        .Bind(10, delivery.DueAt).Bind(11, delivery.Lease).Bind(12, delivery.LeaseUntil).Bind(13, delivery.DeliveredAt).Bind(14, delivery.SurfacedAt)
        .Bind(15, delivery.AcknowledgedAt).Bind(16, delivery.RepliedAt)
        // In SQLite, an acknowledgment also sets the end time.
        .Bind(17, delivery.State == DeliveryState.Acknowledged ? delivery.AcknowledgedAt : delivery.EndedAt)
        .Bind(18, delivery.Capability).Bind(19, delivery.Tried).Bind(20, delivery.Told ? 1 : 0).Bind(21, delivery.LastError)
        .Bind(22, delivery.Disconnects).Bind(23, delivery.Trail).Bind(24, (long?)delivery.Evidence)
        .Run();

    private static void Write(SqliteConnection connection, KeyLine key)
    {
        var row = connection.Prepare("INSERT INTO idempotency (project, caller, key, fingerprint, at, place, answer) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")
            .Bind(1, key.Project).Bind(2, key.Caller).Bind(3, key.Key).Bind(4, key.Fingerprint).Bind(5, key.At)
            .Bind(6, key.Seq is { } seq ? LogKey.Of(key.Project, seq) : null);
        _ = key.Answer is { } answer ? row.BindBlob(7, answer) : row.BindNull(7);
        row.Run();
    }

    private static void Write(SqliteConnection connection, TokenLine token) => connection.Prepare(
            """
            INSERT INTO tokens (token_id, kind, hash, project_id, agent_id, created_at, expires_at, last_used_at, revoked_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        .Bind(1, token.TokenId).Bind(2, token.TokenKind).BindBlob(3, token.Hash).Bind(4, token.ProjectId).Bind(5, token.AgentId).Bind(6, token.CreatedAt)
        .Bind(7, token.ExpiresAt).Bind(8, token.LastUsedAt).Bind(9, token.RevokedAt)
        .Run();
}
