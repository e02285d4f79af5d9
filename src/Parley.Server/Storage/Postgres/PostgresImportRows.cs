using System.Diagnostics;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Parley.Server.ExportImport;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>Writes the lines of an export as PostgreSQL's rows, with COPY.</summary>
internal static class PostgresImportRows
{
    private const string Delivery =
        "deliveries (delivery, place, rank, queued_at, lease, expires_at, due_at, lease_until, delivered_at, surfaced_at, acknowledged_at, replied_at, " +
        "ended_at, mailbox, state, attempt, priority, told, capability, tried, last_error, disconnects, trail, evidence)";

    private const string Entry =
        "log (place, stamp, id_bits, expires_at, first_delivery, thread, execution, reply_to, subject, superseded_by, released_by, sender, recipient, " +
        "deliveries, hops, kind, audience, whole, thread_id, type, routing, session, task, body)";

    /// <param name="lines">All of the same kind.</param>
    internal static Task CopyAsync(NpgsqlConnection connection, IReadOnlyList<ExportLine> lines, CancellationToken cancel) => lines[0] switch
    {
        NumbersLine numbers => WriteAsync(connection, numbers, cancel),
        ProjectLine => CopyAsync<ProjectLine>(
            connection, "projects (number, project_id, name, created_at, settings, epoch, next_seq, last_stamp, sent, delivered, acknowledged, dead, expired, pause)",
            lines, Write, cancel),
        AgentLine => CopyAsync<AgentLine>(
            connection,
            "agents (number, project, agent_id, name, type, role, specialization, capabilities, metadata, topics, paused, joined_seq, created_at, last_seen, deleted_at, pause)",
            lines, Write, cancel),
        EntityLine => CopyEntitiesAsync(connection, lines, cancel),
        EntryLine => CopyAsync<EntryLine>(connection, Entry, lines, Write, cancel),
        DeliveryLine => CopyAsync<DeliveryLine>(connection, Delivery, lines, Write, cancel),
        ReactionLine => CopyAsync<ReactionLine>(
            connection, "reactions (place, emoji, agent)", lines,
            static (row, reaction) => row.Big(LogKey.Of(reaction.Project, reaction.Seq)).Text(reaction.Emoji).Text(reaction.Agent), cancel),
        KeyLine => CopyAsync<KeyLine>(connection, "idempotency (project, fingerprint, at, place, caller, key, answer)", lines, Write, cancel),
        TokenLine => CopyAsync<TokenLine>(
            connection, "tokens (token_id, kind, hash, project_id, agent_id, created_at, expires_at, last_used_at, revoked_at)", lines, Write, cancel),
        TicketLine => CopyAsync<TicketLine>(
            connection, "opened_tickets (ticket, token_id, opened_at)", lines,
            static (row, ticket) => row.Text(ticket.Ticket).Text(ticket.TokenId).Time(ticket.OpenedAt), cancel),
        RelayPlaceLine => CopyAsync<RelayPlaceLine>(
            connection, "relay_places (agent, seq)", lines, static (row, place) => row.Int(place.Agent).Big(place.Seq), cancel),
        WebhookPlaceLine => CopyAsync<WebhookPlaceLine>(
            connection, $"webhook_places ({WebhookSql.Columns})", lines,
            static (row, webhook) => row.Big(LogKey.Of(webhook.Project, webhook.Webhook)).Big(webhook.Seq).Big(webhook.Missed).Int(webhook.Failures)
                .Big(webhook.LastAttemptAt).Big(webhook.LastSuccessAt).Int(webhook.LastStatus).Big(webhook.NextAttemptAt).Text(webhook.LastError),
            cancel),
        BudgetCountLine => CopyAsync<BudgetCountLine>(
            connection, $"budget_counts ({BudgetSql.Columns})", lines,
            static (row, count) => row.Big(LogKey.Of(count.Project, count.Budget)).Int(count.Round).Big(count.Messages).Big(count.Bytes), cancel),
        AvailabilityLine => CopyAsync<AvailabilityLine>(
            connection, "availability (id, first_start, ready_ms)", lines,
            static (row, availability) => row.Int(1).Time(availability.FirstStart).Big(availability.ReadyMs), cancel),
        var other => throw new UnreachableException($"{other.GetType().Name} has no rows."),
    };

    private static async Task CopyAsync<T>(
        NpgsqlConnection connection, string table, IEnumerable<object> lines, Action<CopyRow, T> write, CancellationToken cancel)
    {
        await using var copy = await connection.BeginBinaryImportAsync($"COPY {table} FROM STDIN (FORMAT BINARY)", cancel);
        var row = new CopyRow(copy);
        foreach (T line in lines)
        {
            await copy.StartRowAsync(cancel);
            write(row, line);
        }

        await copy.CompleteAsync(cancel);
    }

    /// <summary>Written before the rows that have numbers, which are never higher than these.</summary>
    private static async Task WriteAsync(NpgsqlConnection connection, NumbersLine numbers, CancellationToken cancel)
    {
        foreach (var (table, highest) in new[] { ("projects", numbers.Projects), ("agents", numbers.Agents) })
        {
            if (highest > 0)
                await connection.Ask($"SELECT setval('{table}_number_seq', $1)", highest).ValueAsync<long>(cancel);
        }
    }

    private static async Task CopyEntitiesAsync(NpgsqlConnection connection, IReadOnlyList<ExportLine> lines, CancellationToken cancel)
    {
        await CopyAsync<EntityLine>(
            connection, "entities (place, changed, made_at, changed_at, id_bits, due, project, maker, kind, is_over, name, body)", lines,
            static (row, entity) => row.Big(LogKey.Of(entity.Project, entity.Seq)).Big(LogKey.Of(entity.Project, entity.Changed)).Big(entity.MadeAt)
                .Big(entity.ChangedAt).Big(entity.IdBits).Big(entity.Due).Int(entity.Project).Int(entity.Maker).Small(entity.EntityKind)
                .Small(entity.IsOver ? 1 : 0).Text(entity.Name).Text(entity.Body.ToString()),
            cancel);
        var marks = lines.Cast<EntityLine>().SelectMany(entity => entity.Marks.Select(mark => new PlacedMark(LogKey.Of(entity.Project, entity.Seq), mark)));
        await CopyAsync<PlacedMark>(connection, "entity_marks (place, mark)", marks, static (row, placed) => row.Big(placed.Place).Text(placed.Mark), cancel);
    }

    private sealed record PlacedMark(long Place, string Mark);

    private static void Write(CopyRow row, ProjectLine project) => row
        .Int(project.Number).Text(project.ProjectId).Text(project.Name).Time(project.CreatedAt).Text(project.Settings.ToString()).Big(project.Epoch)
        .Big(project.LastSeq + 1).Big(project.LastStamp).Big(project.Sent).Big(project.Delivered).Big(project.Acknowledged).Big(project.Dead)
        .Big(project.Expired).Text(project.Pause?.ToString());

    private static void Write(CopyRow row, AgentLine agent) => row
        .Int(agent.Number).Int(agent.Project).Text(agent.AgentId).Text(agent.Name).Text(agent.Type).Text(agent.Role).Text(agent.Specialization)
        .Text(agent.Capabilities.ToString()).Text(agent.Metadata?.ToString()).Text(agent.Topics.ToString()).Flag(agent.Paused).Big(agent.JoinedSeq)
        .Time(agent.CreatedAt).Time(agent.LastSeen).Time(agent.DeletedAt).Text(agent.Pause?.ToString());

    private static void Write(CopyRow row, EntryLine entry)
    {
        var message = entry.EntryKind == EntryKind.Message;
        var parts = message ? MessageParts.Of(entry.Entry.ToArray(), entry.Seq, entry.Stamp) : null;
        row.Big(LogKey.Of(entry.Project, entry.Seq)).Big(entry.Stamp).Big(parts?.IdBits).Big(parts?.ExpiresAt).Big(entry.FirstDelivery)
            .Big(PlaceOf(entry, entry.Thread)).Big(PlaceOf(entry, entry.Execution)).Big(PlaceOf(entry, entry.ReplyTo)).Big(PlaceOf(entry, entry.Subject))
            .Big(PlaceOf(entry, entry.SupersededBy)).Big(PlaceOf(entry, entry.ReleasedBy)).Int(entry.Sender)
            // If the router chose the recipient, or the entry is about a message, the deliveries have the recipient.
            .Int(entry.Deliveries == 0 || (message && entry.Routing is null) ? entry.Recipient : null)
            .Int(entry.Deliveries).Int(entry.Hops).Small((int)entry.EntryKind)
            .Small((int)(entry.Withheld ? entry.Audience | Audience.Withheld : entry.Audience)).Flag(parts?.Body is null).Id(parts?.Thread).Text(entry.Type)
            .Text(entry.Routing).Text(entry.Session).Text(entry.Task).Text(Encoding.UTF8.GetString(parts?.Body ?? entry.Entry.ToArray()));
    }

    private static long? PlaceOf(EntryLine entry, long? seq) => seq is { } other ? LogKey.Of(entry.Project, other) : null;

    private static void Write(CopyRow row, DeliveryLine delivery) => row
        .Big(delivery.Delivery).Big(LogKey.Of(delivery.Project, delivery.Seq)).Big(delivery.Rank).Big(delivery.QueuedAt).Big(delivery.Lease)
        .Big(delivery.ExpiresAt).Big(delivery.DueAt).Big(delivery.LeaseUntil).Big(delivery.DeliveredAt).Big(delivery.SurfacedAt).Big(delivery.AcknowledgedAt)
        .Big(delivery.RepliedAt).Big(delivery.EndedAt).Int(delivery.Mailbox).Small((int)delivery.State).Small(delivery.Attempt).Small(delivery.Priority)
        .Flag(delivery.Told).Text(delivery.Capability).Text(delivery.Tried).Text(delivery.LastError).Int(delivery.Disconnects).Text(delivery.Trail)
        .Small((int?)delivery.Evidence);

    private static void Write(CopyRow row, KeyLine key) => row
        .Int(key.Project).Big(key.Fingerprint).Big(key.At).Big(key.Seq is { } seq ? LogKey.Of(key.Project, seq) : null).Text(key.Caller).Text(key.Key)
        .Bytes(key.Answer);

    private static void Write(CopyRow row, TokenLine token) => row
        .Text(token.TokenId).Text(token.TokenKind).Bytes(token.Hash).Text(token.ProjectId).Text(token.AgentId).Time(token.CreatedAt).Time(token.ExpiresAt)
        .Time(token.LastUsedAt).Time(token.RevokedAt);

    /// <summary>One row of a COPY, value by value; null becomes NULL. Written values wait in the connection's buffer.</summary>
    private sealed class CopyRow(NpgsqlBinaryImporter copy)
    {
        internal CopyRow Big(long? value) => Put(value, NpgsqlDbType.Bigint);

        internal CopyRow Int(int? value) => Put(value, NpgsqlDbType.Integer);

        internal CopyRow Small(int? value) => Put((short?)value, NpgsqlDbType.Smallint);

        internal CopyRow Flag(bool value) => Put((bool?)value, NpgsqlDbType.Boolean);

        internal CopyRow Id(Guid? value) => Put(value, NpgsqlDbType.Uuid);

        internal CopyRow Time(long? milliseconds) =>
            Put(milliseconds is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : (DateTimeOffset?)null, NpgsqlDbType.TimestampTz);

        internal CopyRow Text(string? value)
        {
            if (value is null)
                copy.WriteNull();
            else
                copy.Write(value, NpgsqlDbType.Text);
            return this;
        }

        internal CopyRow Bytes(byte[]? value)
        {
            if (value is null)
                copy.WriteNull();
            else
                copy.Write(value, NpgsqlDbType.Bytea);
            return this;
        }

        private CopyRow Put<T>(T? value, NpgsqlDbType type)
            where T : struct
        {
            if (value is { } present)
                copy.Write(present, type);
            else
                copy.WriteNull();
            return this;
        }
    }
}
