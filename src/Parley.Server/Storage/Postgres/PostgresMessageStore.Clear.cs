using System.Text;
using Parley.Protocol;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Postgres;

/// <summary>What can be done to messages after they were sent: deletion, reactions, and the removal of an agent's mailbox.</summary>
internal sealed partial class PostgresMessageStore
{
    public ValueTask<bool> DeleteAsync(int project, long seq, CancellationToken cancellationToken) => WriteAsync(
        async transaction =>
        {
            var cursor = await transaction.LockAsync(project);
            var place = LogKey.Of(project, seq);
            if (await MessagesAsync(transaction, "l.place = ANY ($1) AND l.kind = 1", [place]) is not [var (message, columns)])
                return false;
            if (MessageTombstone.Is(message.Json))
                return false;
            await WithdrawWaitingAsync(transaction, place, DeliveryReasons.Deleted);

            var tombstone = MessageTombstone.Of(message.Json);
            transaction.Defer(
                "UPDATE log SET body = $2, whole = true WHERE place = $1 OR place = (SELECT released_by FROM log WHERE place = $1)",
                place, Encoding.UTF8.GetString(tombstone));
            AppendAbout(transaction, cursor, EntryKind.Deletion, message, columns, tombstone);
            return true;
        },
        cancellationToken);

    public async ValueTask WithdrawAsync(int project, long seq, string reason, CancellationToken cancellationToken) => await WriteAsync(
        async transaction =>
        {
            await transaction.LockAsync(project);
            await WithdrawWaitingAsync(transaction, LogKey.Of(project, seq), reason);
            return true;
        },
        cancellationToken);

    public ValueTask<bool> ReactAsync(int project, LogEntry message, string emoji, string agentId, bool remove, CancellationToken cancellationToken) => WriteAsync(
        async transaction =>
        {
            var cursor = await transaction.LockAsync(project);
            var place = LogKey.Of(project, message.Seq);
            if (await transaction.RunAsync(remove ? HistorySql.RemoveReaction : HistorySql.AddReaction, place, emoji, agentId) == 0)
                return false;
            var columns = await MessagesAsync(transaction, "l.place = ANY ($1)", [place]) is [var (_, found)] ? found : default;
            AppendAbout(transaction, cursor, EntryKind.Reaction, message, columns, ReactionJson.Of(message, emoji, agentId, remove));
            return true;
        },
        cancellationToken);

    public async ValueTask WithdrawAllAsync(int agent, CancellationToken cancellationToken)
    {
        var ended = new List<long>();
        _ = await Writer.WriteAsync(
            async transaction =>
            {
                ended.Clear();
                if (await transaction.ScalarAsync("SELECT project FROM agents WHERE number = $1", agent) is not int project)
                    return false;
                await transaction.LockAsync(project);
                var now = transaction.Now;
                // Uses the index of each state: a scan of all deliveries would grow with the history.
                foreach (var state in DeliveryRules.EndedWithAgent)
                {
                    await using var rows = await transaction.ReadAsync(
                        $"""
                        UPDATE deliveries SET state = 6, ended_at = $2, last_error = $reason${DeliveryReasons.AgentDeleted}$reason$, lease_until = NULL, holder_node = NULL, due_at = NULL
                        WHERE state = {(int)state} AND mailbox = $1 {(state == DeliveryState.Leased ? "AND lease_until IS NOT NULL" : "")} RETURNING delivery
                        """,
                        agent, now);
                    while (await rows.ReadAsync())
                    {
                        if (state == DeliveryState.Leased)
                            ended.Add(rows.GetInt64(0));
                    }
                }

                transaction.Defer("UPDATE mailboxes SET waiting_1 = 0, waiting_2 = 0, waiting_3 = 0, waiting_4 = 0, in_flight = 0, dead = 0 WHERE agent = $1", agent);
                return true;
            },
            cancellationToken,
            committed: _ =>
            {
                ended.ForEach(delivery => Held.End(agent, delivery));
                Backlogs.Forget(agent);
            });
    }

    /// <summary>Messages, with their rows' columns about deliveries.</summary>
    private static async ValueTask<List<(LogEntry Message, MessageColumns Columns)>> MessagesAsync(PostgresTransaction transaction, string where, long[] places)
    {
        var messages = new List<(LogEntry, MessageColumns)>();
        await using var rows = await transaction.ReadAsync(
            $"SELECT {PostgresLogRows.Columns}, l.first_delivery, l.deliveries FROM log l WHERE {where} ORDER BY l.place", places);
        while (await rows.ReadAsync())
            messages.Add((PostgresLogRows.Read(rows), new MessageColumns(rows.IsDBNull(18) ? 0 : rows.GetInt64(18), rows.GetInt32(19))));
        return messages;
    }

    /// <summary>Appends an entry about a message, readable by everybody who may read the message, even if one of its deliveries moves
    /// later.</summary>
    private static void AppendAbout(
        PostgresTransaction transaction, ProjectCursor cursor, EntryKind kind, LogEntry message, in MessageColumns columns, byte[] json) =>
        transaction.Append(
            cursor,
            new LogEntry
            {
                Project = cursor.Project,
                Seq = cursor.NextSeq,
                Kind = kind,
                Stamp = cursor.LastStamp,
                Audience = message.Audience,
                Sender = message.Sender,
                Recipients = message.Recipients,
                Type = message.Type,
                Thread = message.Thread,
                Execution = message.Execution,
                Subject = message.Seq,
                Json = json,
            },
            columns);

    /// <summary>Appends the deaths or expirations of deliveries, each for the sender and that recipient.</summary>
    private static async ValueTask AppendEndsAsync(PostgresTransaction transaction, EntryKind kind, long[] deliveries, string? reason)
    {
        var ends = new List<(LogEntry Message, long Delivery, int Agent, int Attempt, string AgentId)>();
        await using (var rows = await transaction.ReadAsync(
            $"""
            SELECT {PostgresLogRows.Columns}, e.delivery, e.mailbox, e.attempt, coalesce(a.agent_id, '')
            FROM deliveries e JOIN log l ON l.place = e.place LEFT JOIN agents a ON a.number = e.mailbox WHERE e.delivery = ANY ($1) ORDER BY l.place, e.delivery
            """,
            deliveries))
        {
            while (await rows.ReadAsync())
                ends.Add((PostgresLogRows.Read(rows), rows.GetInt64(18), rows.GetInt32(19), rows.GetInt16(20), rows.GetString(21)));
        }

        foreach (var (message, delivery, agent, attempt, agentId) in ends)
        {
            var cursor = transaction.Cursor(message.Project);
            transaction.Append(cursor, new LogEntry
            {
                Project = cursor.Project,
                Seq = cursor.NextSeq,
                Kind = kind,
                Stamp = cursor.LastStamp,
                Audience = Audience.Named,
                Sender = message.Sender,
                Recipients = [agent],
                Type = message.Type,
                Thread = message.Thread,
                Execution = message.Execution,
                Subject = message.Seq,
                Json = DeliveryEndJson.Of(message, kind, delivery, agentId, attempt, reason, cursor.LastStamp),
            });
        }
    }
}
