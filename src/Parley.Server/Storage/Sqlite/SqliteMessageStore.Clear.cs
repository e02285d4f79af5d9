using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Messages;

namespace Parley.Server.Storage.Sqlite;

/// <summary>What ends deliveries and messages from outside: withdrawal, deletion, reactions, retention.</summary>
internal sealed partial class SqliteMessageStore
{
    public ValueTask<bool> DeleteAsync(int project, long seq, CancellationToken cancellationToken) => WriteAsync(
        connection =>
        {
            var place = Place.Of(project, seq);
            if (SqliteLogRows.Find(connection, place) is not { Kind: EntryKind.Message } message)
                return false;
            var cursor = _log.Cursor(connection, project);
            if (MessageTombstone.Is(message.Json))
            {
                // What was held at the first deletion and came back since is withdrawn now.
                Withdraw(connection, cursor, place, "deleted");
                return false;
            }

            var tombstone = MessageTombstone.Of(message.Json);
            connection.Prepare("UPDATE log SET body = ?2 WHERE place = ?1 OR (place IN (SELECT released_by FROM log WHERE place = ?1))")
                .Bind(1, place).BindBlob(2, tombstone).Run();
            Withdraw(connection, cursor, place, "deleted");
            AppendAbout(connection, cursor, EntryKind.Deletion, message, tombstone);
            return true;
        },
        cancellationToken);

    public ValueTask<bool> ReactAsync(int project, LogEntry message, string emoji, string agentId, bool remove, CancellationToken cancellationToken) => WriteAsync(
        connection =>
        {
            var sql = remove
                ? "DELETE FROM reactions WHERE place = ?1 AND emoji = ?2 AND agent = ?3"
                : "INSERT OR IGNORE INTO reactions (place, emoji, agent) VALUES (?1, ?2, ?3)";
            var changed = connection.Prepare(sql).Bind(1, Place.Of(project, message.Seq)).Bind(2, emoji).Bind(3, agentId).Run() > 0;
            if (changed)
                AppendAbout(connection, _log.Cursor(connection, project), EntryKind.Reaction, message, ReactionJson.Of(message, emoji, agentId, remove));
            return changed;
        },
        cancellationToken);

    public async ValueTask WithdrawAllAsync(int agent, CancellationToken cancellationToken)
    {
        var ended = new List<EndedLease>();
        _ = await _writer.WriteAsync(
            connection => WithdrawAll(connection, agent, ended),
            cancellationToken,
            committed: _ =>
            {
                End(ended);
                _ledger.Forget(agent);
            },
            undone: () => GoOn(ended));
    }

    private bool WithdrawAll(SqliteConnection connection, int agent, List<EndedLease> ended)
    {
        var account = _ledger.Of(connection, agent);
        foreach (var (delivery, lease) in account.Leases.Where(pair => !pair.Value.IsEnding))
        {
            lease.IsEnding = true;
            ended.Add(new EndedLease(account, delivery, lease, BackToQueue: false, null));
        }

        var now = Now;
        // By the index of each state: a scan of all deliveries would grow with the history.
        foreach (var (index, state) in new[] { ("queued", 1), ("scheduled", 0), ("leased", 2), ("dead", 4) })
        {
            connection.Prepare(
                    $"""
                    UPDATE deliveries SET state = 6, ended_at = ?2, last_error = 'the agent was deleted'
                    WHERE delivery IN (SELECT delivery FROM deliveries INDEXED BY deliveries_{index} WHERE state = {state} AND mailbox = ?1)
                    """)
                .Bind(1, agent).Bind(2, now).Run();
        }

        return true;
    }

    public ValueTask<bool> PruneAsync(int project, long olderThan, CancellationToken cancellationToken) => WriteAsync(
        connection =>
        {
            const int most = 500;
            var places = new List<long>(most);
            var rows = connection.Prepare("SELECT place, stamp FROM log WHERE place BETWEEN ?1 AND ?2 ORDER BY place LIMIT ?3")
                .Bind(1, Place.First(project)).Bind(2, Place.Last(project)).Bind(3, most);
            while (rows.Step())
            {
                if (rows.Int64(1) >= olderThan)
                {
                    rows.Reset();
                    break;
                }

                places.Add(rows.Int64(0));
            }

            foreach (var place in places)
                PruneEntry(connection, place);
            return places.Count == most;
        },
        cancellationToken,
        weight: 500);

    private void PruneEntry(SqliteConnection connection, long place)
    {
        if (SqliteLogRows.Find(connection, place) is { Kind: EntryKind.Message } message)
        {
            // A delivery that still waits goes with its message: it is older than its project keeps anything.
            Withdraw(connection, _log.Cursor(connection, message.Project), place, "older than the project keeps messages");
            var columns = DeliveriesOf(connection, place);
            connection.Prepare("DELETE FROM deliveries WHERE delivery >= ?1 AND delivery < ?2 AND state NOT IN (0, 1, 2)")
                .Bind(1, columns.FirstDelivery).Bind(2, columns.FirstDelivery + columns.Deliveries).Run();
            connection.Prepare("DELETE FROM reactions WHERE place = ?1").Bind(1, place).Run();
        }

        connection.Prepare("DELETE FROM log WHERE place = ?1").Bind(1, place).Run();
    }

    /// <summary>Ends what nobody holds of a message's deliveries.</summary>
    private void Withdraw(SqliteConnection connection, ProjectCursor cursor, long place, string reason)
    {
        var columns = DeliveriesOf(connection, place);
        var waiting = new List<(long Delivery, int Mailbox, DeliveryState State, int Priority, int Attempt)>();
        var rows = connection.Prepare("SELECT delivery, mailbox, state, priority, attempt FROM deliveries WHERE delivery >= ?1 AND delivery < ?2 AND state IN (0, 1)")
            .Bind(1, columns.FirstDelivery).Bind(2, columns.FirstDelivery + columns.Deliveries);
        while (rows.Step())
            waiting.Add((rows.Int64(0), rows.Int32(1), (DeliveryState)rows.Int32(2), rows.Int32(3), rows.Int32(4)));

        var now = _log.Now(cursor);
        foreach (var (delivery, mailbox, state, priority, attempt) in waiting)
        {
            var account = _ledger.Of(connection, mailbox);
            if (account.Leases.ContainsKey(delivery))
                continue;
            connection.Prepare("UPDATE deliveries SET state = 6, ended_at = ?2, last_error = ?3 WHERE delivery = ?1")
                .Bind(1, delivery).Bind(2, now).Bind(3, reason).Run();
            if (state == DeliveryState.Queued)
                account.Waiting[priority]--;
            Note(cursor.Project, delivery, Place.Seq(place), mailbox, DeliveryState.Withdrawn, attempt, now);
        }
    }

    /// <summary>An entry about a message is for whoever the message is for.</summary>
    private void AppendAbout(SqliteConnection connection, ProjectCursor cursor, EntryKind kind, LogEntry message, byte[] json) =>
        _log.Append(connection, cursor, new LogEntry
        {
            Project = cursor.Project,
            Seq = cursor.NextSeq,
            Kind = kind,
            Stamp = _log.Now(cursor),
            Audience = message.Audience,
            Sender = message.Sender,
            Recipients = message.Recipients,
            Type = message.Type,
            Thread = message.Thread,
            Execution = message.Execution,
            Subject = message.Seq,
            Json = json,
        }, DeliveriesOf(connection, Place.Of(cursor.Project, message.Seq)));

    /// <summary>The death or expiry of one delivery: for the sender and that recipient.</summary>
    private void AppendEnd(
        SqliteConnection connection, ProjectCursor cursor, EntryKind kind, long place, long delivery, int agent, long now, int attempt, string? reason)
    {
        if (SqliteLogRows.Find(connection, place) is not { } message)
            return;
        _log.Append(connection, cursor, new LogEntry
        {
            Project = cursor.Project,
            Seq = cursor.NextSeq,
            Kind = kind,
            Stamp = now,
            Audience = Audience.Named,
            Sender = message.Sender,
            Recipients = [agent],
            Type = message.Type,
            Thread = message.Thread,
            Execution = message.Execution,
            Subject = message.Seq,
            Json = DeliveryEndJson.Of(message, kind, delivery, AgentId(connection, agent), attempt, reason, now),
        });
    }

    private static string AgentId(SqliteConnection connection, int agent)
    {
        var row = connection.Prepare("SELECT agent_id FROM agents WHERE number = ?1").Bind(1, agent);
        if (!row.Step())
            return "";
        var id = row.Text(0)!;
        row.Reset();
        return id;
    }
}
