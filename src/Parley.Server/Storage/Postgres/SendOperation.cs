using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;

namespace Parley.Server.Storage.Postgres;

/// <summary>Several sends by one caller. Each is stored or refused separately. Only a fault of the store fails all of them.</summary>
internal sealed class SendOperation(PostgresMessageStore store, IReadOnlyList<Send> sends, Resume resume) : PostgresBatchOperation
{
    private readonly TaskCompletionSource<IReadOnlyList<SendOutcome>> _done = new(resume.Options());
    private readonly SendOutcome?[] _outcomes = new SendOutcome?[sends.Count];
    private List<(int Agent, long Delivery)>? _ended;
    private List<int>? _keysTaken;
    private int _next;
    private int _sure;

    internal Task<IReadOnlyList<SendOutcome>> Done => _done.Task;

    /// <summary>One per send, in order; complete after the commit.</summary>
    internal IReadOnlyList<SendOutcome> Outcomes => _outcomes!;

    internal override int Weight { get; } = sends.Sum(send => 1 + send.Recipients.Agents.Count);

    internal override bool IsUnfinished => _keysTaken is { Count: > 0 };

    internal override async ValueTask<bool> AddToAsync(PostgresBatch batch, bool onlyOne)
    {
        for (_sure = _next; _next < sends.Count; _next++)
        {
            var send = sends[_next];
            if (batch.IsFull || !batch.Fits(send) || (onlyOne && _next > _sure))
                return false;
            var budgets = await BudgetsAsync(send);
            if (!batch.Allows(send, budgets, out var refusal))
            {
                // It may fit when it is known which messages of the batch were stored.
                if (refusal is null)
                    return false;
                Answer(_next, SendOutcome.OverBudget(refusal));
                batch.Ask(this, _next, send);
                continue;
            }

            await AddAsync(batch, send, budgets);
        }

        return true;
    }

    /// <summary>Whether budgets allow all messages of a transition.</summary>
    /// <returns>Null if that depends on the result of the batch.</returns>
    internal async ValueTask<bool?> IsAllowedAsync(PostgresBatch batch)
    {
        bool? isAllowed = true;
        foreach (var send in sends)
        {
            if (batch.Allows(send, await BudgetsAsync(send), out var refusal))
                continue;
            if (refusal is not null)
                return false;
            isAllowed = null;
        }

        return isAllowed;
    }

    private async ValueTask<BudgetLimit[]> BudgetsAsync(Send send)
    {
        var budgets = send.Budgets;
        if (budgets.Length > 0)
            await store.Writer.KnowAsync(budgets);
        return budgets;
    }

    /// <summary>Adds the messages of a transition, which are stored with it or not at all.</summary>
    internal async ValueTask AddAllToAsync(PostgresBatch batch)
    {
        for (_sure = _next; _next < sends.Count; _next++)
            await AddAsync(batch, sends[_next], sends[_next].Budgets);
    }

    private async ValueTask AddAsync(PostgresBatch batch, Send send, BudgetLimit[] budgets)
    {
        var count = send.Recipients.Agents.Count;
        if (!store.Numbers.Has(count))
            await store.Writer.RefillAsync(store.Numbers, count);
        batch.Add(this, _next, send, store.Numbers.Take(count), budgets);
    }

    internal override void Rewind() => _next = _sure;

    internal override bool SkipBad()
    {
        if (sends.Count == 1)
            return false;
        Answer(_next++, SendOutcome.Refused(SendResult.Failed));
        return true;
    }

    internal void Answer(int index, SendOutcome outcome) => _outcomes[index] = outcome;

    internal void KeyTaken(int index) => (_keysTaken ??= []).Add(index);

    /// <summary>Returns the answer to the first send with a key. A reply also settles the message that it answers again, because an agent that
    /// repeats the reply has got the message again.</summary>
    internal override async Task ApplyAsync(PostgresTransaction transaction)
    {
        _ended?.Clear();
        if (_keysTaken!.Exists(index => sends[index].Settles))
            await transaction.LockAsync([.. sends.Select(send => send.Project.Number).Distinct()]);
        foreach (var index in _keysTaken)
        {
            var outcome = await AnswerAgainAsync(transaction, sends[index]);
            Answer(index, outcome);
            if (outcome.Result == SendResult.Duplicate && sends[index].Settles)
                await store.SettleAnsweredAsync(transaction, sends[index], _ended ??= []);
        }
    }

    internal override void Committed()
    {
        foreach (var (agent, delivery) in _ended ?? [])
            store.Held.End(agent, delivery);
    }

    internal override void Complete() => _done.TrySetResult(_outcomes!);

    internal override void Fail(Exception reason) => _done.TrySetException(reason);

    private static async Task<SendOutcome> AnswerAgainAsync(PostgresTransaction transaction, Send send)
    {
        Guid id;
        Guid thread;
        long seq;
        long first;
        int count;
        await using (var row = await transaction.ReadAsync(
            """
            SELECT i.fingerprint, l.place, l.stamp, l.id_bits, l.thread_id, l.first_delivery, l.deliveries
            FROM idempotency i LEFT JOIN log l ON l.place = i.place
            WHERE i.project = $1 AND i.caller = $2 AND i.key = $3
            """,
            send.Project.Number, send.Sender.Caller, send.IdempotencyKey))
        {
            if (!await row.ReadAsync() || row.GetInt64(0) != send.Fingerprint || row.IsDBNull(1))
                return SendOutcome.Refused(SendResult.KeyConflict);
            seq = LogKey.Seq(row.GetInt64(1));
            id = EntryId.Create(row.GetInt64(2), seq, (ulong)row.GetInt64(3));
            thread = row.IsDBNull(4) ? id : row.GetGuid(4);
            (first, count) = (row.GetInt64(5), row.GetInt32(6));
        }

        // Their current state.
        var recipients = new List<RecipientOutcome>(count);
        await using var rows = await transaction.ReadAsync(
            "SELECT mailbox, state, queued_at FROM deliveries WHERE delivery >= $1 AND delivery < $2 ORDER BY delivery", first, first + count);
        while (await rows.ReadAsync())
            recipients.Add(RecipientOutcome.Again(rows.GetInt32(0), (DeliveryState)rows.GetInt16(1), rows.GetInt64(2)));
        return new SendOutcome(SendResult.Duplicate, id, seq, thread, recipients);
    }
}
