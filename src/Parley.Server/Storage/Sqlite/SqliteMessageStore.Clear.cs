using Parley.Protocol;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

/// <summary>What can be done to messages after they were sent: deletion, reactions, and the removal of an agent's mailbox.</summary>
internal sealed partial class SqliteMessageStore
{
    public ValueTask<bool> DeleteAsync(int project, long seq, CancellationToken cancellationToken) => WriteAsync(
        connection =>
        {
            var place = LogKey.Of(project, seq);
            if (SqliteLogRows.Find(connection, place) is not { Kind: EntryKind.Message } message)
                return false;
            var cursor = _log.Cursor(connection, project);
            if (MessageTombstone.Is(message.Json))
                return false;

            var tombstone = MessageTombstone.Of(message.Json);
            connection.Prepare("UPDATE log SET body = ?2 WHERE place = ?1 OR (place IN (SELECT released_by FROM log WHERE place = ?1))")
                .Bind(1, place).BindBlob(2, tombstone).Run();
            Withdraw(connection, cursor, place, DeliveryReasons.Deleted);
            AppendAbout(connection, cursor, EntryKind.Deletion, message, tombstone);
            return true;
        },
        cancellationToken);

    public async ValueTask WithdrawAsync(int project, long seq, string reason, CancellationToken cancellationToken) => await WriteAsync(
        connection =>
        {
            Withdraw(connection, _log.Cursor(connection, project), LogKey.Of(project, seq), reason, isWaitingOnly: true);
            return true;
        },
        cancellationToken);

    public ValueTask<bool> ReactAsync(int project, LogEntry message, string emoji, string agentId, bool remove, CancellationToken cancellationToken) => WriteAsync(
        connection =>
        {
            var changed = connection.Prepare(remove ? HistorySql.RemoveReaction : HistorySql.AddReaction).Bind(1, LogKey.Of(project, message.Seq)).Bind(2, emoji).Bind(3, agentId).Run() > 0;
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

    private const string WithdrawnWithAgent = $"UPDATE deliveries SET state = 6, ended_at = ?2, last_error = '{DeliveryReasons.AgentDeleted}'";

    private bool WithdrawAll(SqliteConnection connection, int agent, List<EndedLease> ended)
    {
        var account = _ledger.Of(connection, agent);
        var now = Now;
        foreach (var (delivery, lease) in account.Leases.Where(pair => !pair.Value.IsEnding))
        {
            lease.IsEnding = true;
            ended.Add(new EndedLease(account, delivery, lease, null));
            // The queue's index has no entry for it.
            if (lease.IsHanded)
                connection.Prepare($"{WithdrawnWithAgent} WHERE delivery = ?1 AND state = 1").Bind(1, delivery).Bind(2, now).Run();
        }

        // Uses the index of each state: a scan of all deliveries would grow with the history.
        foreach (var state in DeliveryRules.EndedWithAgent)
            connection.Prepare($"{WithdrawnWithAgent} WHERE delivery IN (SELECT delivery FROM deliveries {InState(state)} AND mailbox = ?1)").Bind(1, agent).Bind(2, now).Run();

        return true;
    }

    private static string InState(DeliveryState state) => state switch
    {
        DeliveryState.Scheduled => "INDEXED BY deliveries_scheduled WHERE state = 0",
        DeliveryState.Queued => "INDEXED BY deliveries_queued WHERE state = 1 AND handed = 0",
        DeliveryState.Leased => "INDEXED BY deliveries_leased WHERE state = 2",
        DeliveryState.Dead => "INDEXED BY deliveries_dead WHERE state = 4",
        var other => throw new System.Diagnostics.UnreachableException($"There is no index of what is {other}."),
    };

    /// <summary>Appends an entry about a message, readable by everybody who may read the message.</summary>
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
        }, DeliveriesOf(connection, LogKey.Of(cursor.Project, message.Seq)));

    /// <summary>Appends the death or expiry of one delivery, for the sender and that recipient.</summary>
    private void AppendEnd(SqliteConnection connection, ProjectCursor cursor, EntryKind kind, in Found found, string? reason)
    {
        if (SqliteLogRows.Find(connection, found.Place) is not { } message)
            return;
        // Not the time at which it expired, because entries appended since then may have later times.
        var stamp = _log.Now(cursor);
        _log.Append(connection, cursor, new LogEntry
        {
            Project = cursor.Project,
            Seq = cursor.NextSeq,
            Kind = kind,
            Stamp = stamp,
            Audience = Audience.Named,
            Sender = message.Sender,
            Recipients = [found.Mailbox],
            Type = message.Type,
            Thread = message.Thread,
            Execution = message.Execution,
            Subject = message.Seq,
            Json = DeliveryEndJson.Of(message, kind, found.Delivery, AgentId(connection, found.Mailbox), found.Facts.Attempt, reason, stamp),
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
