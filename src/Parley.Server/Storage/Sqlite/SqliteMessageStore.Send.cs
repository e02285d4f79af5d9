using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Storage.Sql;

namespace Parley.Server.Storage.Sqlite;

internal sealed partial class SqliteMessageStore
{
    public Task<IReadOnlyList<SendOutcome>> SendAsync(IReadOnlyList<Send> sends, Resume resume = Resume.OnPool)
    {
        var operation = new SendOperation(this, sends, resume);
        _writer.Enqueue(operation);
        return operation.Done;
    }

    /// <summary>Several sends by one caller. Each is stored or refused separately. Only a fault of the store fails all of them.</summary>
    internal sealed class SendOperation(SqliteMessageStore store, IReadOnlyList<Send> sends, Resume resume) : WriteOperation
    {
        private readonly TaskCompletionSource<IReadOnlyList<SendOutcome>> _done = new(resume.Options());
        private readonly SendOutcome[] _outcomes = new SendOutcome[sends.Count];
        private readonly List<Handed> _handed = new(sends.Count);
        private List<EndedLease>? _ended;
        private int _receiptsBefore;

        internal Task<IReadOnlyList<SendOutcome>> Done => _done.Task;

        internal IReadOnlyList<SendOutcome> Outcomes => _outcomes;

        internal override int Weight { get; } = sends.Sum(send => 1 + send.Recipients.Agents.Count);

        internal override void Apply(SqliteConnection connection)
        {
            _receiptsBefore = store._receipts.Count;
            for (var i = 0; i < sends.Count; i++)
            {
                _outcomes[i] = store.Store(connection, sends[i], _handed);
                // Even if the reply was already stored: an agent that sends it again has got the message again.
                if (sends[i].Settles && _outcomes[i].Result is SendResult.Stored or SendResult.Duplicate)
                    store.SettleAnswered(connection, sends[i], _ended ??= []);
            }
        }

        internal override void Committed()
        {
            // Before anybody gets the message, the caller that waits for its reply must be registered.
            for (var i = 0; i < sends.Count; i++)
            {
                if (sends[i].OnStored is { } tell && _outcomes[i].Result == SendResult.Stored)
                    tell(_outcomes[i].Seq);
            }

            if (_ended is not null)
                store.End(_ended);
            foreach (var handed in _handed)
                handed.Holder.Deliver(handed.Delivery);
        }

        internal override void Complete() => _done.TrySetResult(_outcomes);

        internal override void Fail(Exception reason) => _done.TrySetException(reason);

        internal override IReadOnlyList<WriteOperation> Split()
        {
            if (sends.Count == 1)
                return [];
            var parts = sends.Select(send => new SendOperation(store, [send], Resume.OnPool)).ToList();
            _ = JoinAsync(parts);
            return parts;
        }

        private async Task JoinAsync(List<SendOperation> parts)
        {
            for (var i = 0; i < parts.Count; i++)
            {
                await ((Task)parts[i].Done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                _outcomes[i] = ResultOf(parts[i].Done);
            }

            _done.TrySetResult(_outcomes);
        }

        private static SendOutcome ResultOf(Task<IReadOnlyList<SendOutcome>> part) => part switch
        {
            { IsCompletedSuccessfully: true } => part.Result[0],
            { Exception.InnerException: StorageUnavailableException } => SendOutcome.Refused(SendResult.Unavailable),
            _ => SendOutcome.Refused(SendResult.Failed),
        };

        internal override void Undo()
        {
            foreach (var handed in _handed)
            {
                store._ledger.Peek(handed.Agent)?.Leases.TryRemove(handed.Delivery.Delivery, out _);
                handed.Holder.Cancel();
            }

            _handed.Clear();
            if (_ended is not null)
                GoOn(_ended);
        }

        /// <summary>Restores the state in memory after a rollback to a savepoint, when the transaction continues, so that it matches the file
        /// again.</summary>
        internal void GoBack(SqliteConnection connection)
        {
            Undo();
            store._receipts.RemoveRange(_receiptsBefore, store._receipts.Count - _receiptsBefore);
            var mailboxes = sends.SelectMany(send => send.Recipients.Agents).Select(agent => agent.Number).ToHashSet();
            foreach (var send in sends.Where(send => send.Supersedes != 0))
            {
                var rows = connection.Prepare($"SELECT d.mailbox {DeliverySql.OfMessage}").Bind(1, LogKey.Of(send.Project.Number, send.Supersedes));
                while (rows.Step())
                    mailboxes.Add(rows.Int32(0));
            }

            mailboxes.UnionWith(sends.Where(send => send.Settles).Select(send => send.Sender.Number));
            foreach (var mailbox in mailboxes)
            {
                store._ledger.Peek(mailbox)?.CountAnew();
                // Count now: the next operation that asks for this account may have changed its rows already.
                _ = store._ledger.Of(connection, mailbox);
            }
        }
    }

    private readonly record struct Handed(int Agent, IDeliveryHolder Holder, ClaimedDelivery Delivery);

    private SendOutcome Store(SqliteConnection connection, Send send, List<Handed> handed)
    {
        var cursor = _log.Cursor(connection, send.Project.Number);
        var now = _log.Now(cursor);
        var seq = cursor.NextSeq;
        if (send.IdempotencyKey is not null && !TakeKey(connection, send, now, seq))
            return AnswerAgain(connection, send);

        var budgets = send.Budgets;
        if (!send.IsPastBudgets && SqliteBudgetStore.Refusal(connection, send, budgets) is { } refusal)
            return Refuse(connection, send, SendResult.BudgetSpent) with { Refusal = refusal };
        if (send.Execution != 0 && HasEnded(connection, send))
            return Refuse(connection, send, SendResult.ExecutionEnded);
        if (send.Recipients is { IsDirect: true, Agents: [var only] } && IsFull(connection, send, only.Number))
            return Refuse(connection, send, SendResult.MailboxFull, [new RecipientOutcome(only.Number, RecipientResult.Full, 0)]);

        var id = EntryId.Create(now, seq, EntryId.Random());
        var delivery = DeliveryRules.Begin(now, send.DeliverAt, send.Priority, send.TimeToLive, send.Project.Settings.PriorityAging);
        var json = MessageJson.Whole(send.Body, id, seq, send.Thread ?? id, now, delivery.ExpiresAt);
        var batch = new NewDeliveries(send, seq, now, delivery, json, _nextDelivery);
        var outcomes = Deliver(connection, batch, handed);

        _log.Append(connection, cursor, EntryOf(send, seq, now, json, outcomes), new MessageColumns(
            batch.First, (int)(_nextDelivery - batch.First), send.Recipients.Routing, send.Sender.Session, send.TaskId));
        cursor.Sent++;
        if (send.ReplyTo != 0)
            MarkReplied(connection, send, now);
        if (send.Supersedes != 0)
            Supersede(connection, send, cursor, seq);
        var outcome = new SendOutcome(SendResult.Stored, id, seq, send.Thread ?? id, outcomes);
        return budgets.Length > 0 ? outcome with { Reached = SqliteBudgetStore.Spend(connection, send, budgets) } : outcome;
    }

    private static LogEntry EntryOf(Send send, long seq, long now, byte[] json, RecipientOutcome[] outcomes) => new()
    {
        Project = send.Project.Number,
        Seq = seq,
        Kind = EntryKind.Message,
        Stamp = now,
        Audience = send.DeliverAt > now ? send.Recipients.Audience | Audience.Withheld : send.Recipients.Audience,
        Sender = send.Sender.Number,
        Recipients = send.Recipients.Audience == Audience.Everyone ? [] : NumbersOf(outcomes),
        Type = send.Type,
        Thread = send.Thread is { } thread ? EntryId.SeqOf(thread) : seq,
        Execution = send.Execution,
        ReplyTo = send.ReplyTo,
        Hops = send.Hops,
        Json = json,
    };

    private static int[] NumbersOf(RecipientOutcome[] outcomes)
    {
        if (outcomes is [{ Result: not RecipientResult.Full } only])
            return [only.Agent];
        return [.. outcomes.Where(outcome => outcome.Result != RecipientResult.Full).Select(outcome => outcome.Agent)];
    }

    /// <summary>The values that the deliveries of one message share.</summary>
    private readonly record struct NewDeliveries(Send Send, long Seq, long Now, NewDelivery Delivery, byte[] Json, long First);

    private RecipientOutcome[] Deliver(SqliteConnection connection, in NewDeliveries batch, List<Handed> handed)
    {
        var agents = batch.Send.Recipients.Agents;
        var outcomes = new RecipientOutcome[agents.Count];
        for (var i = 0; i < outcomes.Length; i++)
            outcomes[i] = DeliverTo(connection, batch, agents[i].Number, agents[i].IsPaused(batch.Send.Project), handed);
        return outcomes;
    }

    private RecipientOutcome DeliverTo(SqliteConnection connection, in NewDeliveries batch, int agent, bool paused, List<Handed> handed)
    {
        var send = batch.Send;
        var account = _ledger.Of(connection, agent);
        if (!send.Recipients.IsDirect && IsFull(connection, send, agent))
            return new RecipientOutcome(agent, RecipientResult.Full, 0);

        var delivery = _nextDelivery++;
        var (state, rank) = (batch.Delivery.State, batch.Delivery.Rank);
        var scheduled = state == DeliveryState.Scheduled;
        var holder = scheduled ? null : HolderOf(account, send, agent, paused);
        if (holder is not null)
        {
            var claimed = Lease(account, holder, send.Project.Number, send.Priority, delivery, batch.Seq, attempt: 1, batch.Delivery.QueuedAt, batch.Json, batch.Now, isHanded: true);
            // Recorded before anything can fail, so that a rollback can take it back from the holder.
            handed.Add(new Handed(agent, holder, claimed));
        }

        Insert(connection, batch, delivery, agent, holder is not null);
        Note(send.Project.Number, delivery, batch.Seq, agent, DeliveryRules.Shown(state, send.DeliverAt), 1, batch.Now);
        if (scheduled)
            return new RecipientOutcome(agent, send.IsHeld ? RecipientResult.Held : RecipientResult.Scheduled, account.Ahead(send.Priority));
        if (holder is not null)
        {
            _log.Cursor(connection, send.Project.Number).Delivered++;
            Note(send.Project.Number, delivery, batch.Seq, agent, DeliveryState.Leased, 1, batch.Now);
            return new RecipientOutcome(agent, RecipientResult.Pushed, 0);
        }

        var ahead = account.Ahead(send.Priority);
        account.Queue(send.Priority, rank, delivery);
        _arrived.Add(new Arrival(agent, new DeliveryOffer(send.Type, send.Priority, send.Sender.Number)));
        return new RecipientOutcome(agent, RecipientResult.Queued, ahead);
    }

    /// <summary>Who gets the delivery at once: a caller that waits for this very reply, or else a connection, provided that nothing else is waiting
    /// already.</summary>
    private IDeliveryHolder? HolderOf(MailboxAccount account, Send send, int agent, bool paused)
    {
        if (Handover.TryAnswer(agent, send.ReplyTo) is { } waiter)
            return waiter;
        return !paused && account.WaitingTotal == 0 ? Handover.TryReserve(agent, new DeliveryOffer(send.Type, send.Priority, send.Sender.Number)) : null;
    }

    private static void Insert(SqliteConnection connection, in NewDeliveries batch, long delivery, int agent, bool isHanded) =>
        connection.Prepare(
                """
                INSERT INTO deliveries (delivery, place, mailbox, state, attempt, priority, rank, queued_at, expires_at, due_at, capability, handed)
                VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
                """)
            .Bind(1, delivery)
            .Bind(2, LogKey.Of(batch.Send.Project.Number, batch.Seq))
            .Bind(3, agent)
            .Bind(4, (long)batch.Delivery.State)
            .Bind(5, (long)batch.Send.Priority)
            .Bind(6, batch.Delivery.Rank)
            .Bind(7, batch.Delivery.QueuedAt)
            .Bind(8, batch.Delivery.ExpiresAt)
            .Bind(9, batch.Delivery.DueAt)
            .Bind(10, batch.Send.Recipients.Capability)
            .Bind(11, isHanded ? 1 : 0)
            .Run();

    private ClaimedDelivery Lease(
        MailboxAccount account, IDeliveryHolder holder, int project, Priority priority, long delivery, long seq, int attempt, long queuedAt,
        byte[] json, long now, bool isHanded = false)
    {
        var lease = ++_nextLease;
        var until = DeliveryRules.LeaseUntil(holder.LeaseTime, now);
        account.Leases[delivery] = new ConnectionLease(holder, lease, seq, project, priority, attempt, queuedAt, now) { Until = until, IsHanded = isHanded };
        return new ClaimedDelivery(delivery, seq, attempt, lease, until, json);
    }

    private bool IsFull(SqliteConnection connection, Send send, int agent) =>
        _ledger.Of(connection, agent).WaitingTotal >= send.Project.Settings.MailboxLimit && !send.IsPastLimits &&
        !(send.DeliverAt is null && Handover.IsAwaited(agent, send.ReplyTo));

    private static bool HasEnded(SqliteConnection connection, Send send) =>
        connection.Prepare("SELECT is_over FROM entities WHERE place = ?1")
            .Bind(1, LogKey.Of(send.Project.Number, send.Execution)).Scalar() == 1;

    /// <summary>Records with the delivery that the sender has answered it.</summary>
    private static void MarkReplied(SqliteConnection connection, Send send, long now) =>
        connection.Prepare(
                """
                UPDATE deliveries SET replied_at = ?3
                WHERE delivery IN (SELECT d.delivery FROM log l CROSS JOIN deliveries d ON d.delivery >= l.first_delivery AND d.delivery < l.first_delivery + l.deliveries
                                   WHERE l.place = ?1 AND d.mailbox = ?2)
                  AND replied_at IS NULL
                """)
            .Bind(1, LogKey.Of(send.Project.Number, send.ReplyTo)).Bind(2, send.Sender.Number).Bind(3, now).Run();

    private void Supersede(SqliteConnection connection, Send send, ProjectCursor cursor, long seq)
    {
        var place = LogKey.Of(send.Project.Number, send.Supersedes);
        connection.Prepare("UPDATE log SET superseded_by = ?2 WHERE place = ?1 AND superseded_by IS NULL")
            .Bind(1, place).Bind(2, LogKey.Of(send.Project.Number, seq)).Run();
        Withdraw(connection, cursor, place, DeliveryReasons.Superseded);
    }
}
