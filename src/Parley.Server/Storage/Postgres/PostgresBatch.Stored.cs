using Npgsql;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;

namespace Parley.Server.Storage.Postgres;

/// <summary>The results of a batch's sends.</summary>
internal sealed partial class PostgresBatch
{
    private long[] _seqs = [];
    private long[] _stamps = [];
    private int[] _nth = [];
    private int[]? _refused;
    private HashSet<int> _passedOver = [];
    private HashSet<int> _blocked = [];
    private readonly int[][] _waiting = new int[5][];
    private IDeliveryHolder?[] _holders = [];

    /// <summary>What connections get. Before anybody gets a message, the caller that waits for its reply must be registered, so every OnStored comes
    /// first.</summary>
    private readonly List<(IDeliveryHolder Holder, ClaimedDelivery Delivery)> _handed = [];

    private void ReadApplied(NpgsqlDataReader row)
    {
        ReadAcked(row);
        if (_sends.Count == 0)
            return;
        _seqs = Array<long>(row, 4)!;
        _stamps = Array<long>(row, 5)!;
        _nth = Array<int>(row, 6)!;
        _refused = Array<int>(row, 7);
        _passedOver = [.. Array<int>(row, 8) ?? []];
        _blocked = [.. Array<int>(row, 9) ?? []];
        for (var priority = 1; priority <= 4; priority++)
            _waiting[priority] = Array<int>(row, 9 + priority) ?? [];
        if (Array<long>(row, 14) is { } withdrawn)
            ReadWithdrawn(row, withdrawn);
    }

    private void ReadWithdrawn(NpgsqlDataReader row, long[] deliveries)
    {
        var (places, agents, attempts) = (Array<long>(row, 15)!, Array<int>(row, 16)!, Array<short>(row, 17)!);
        for (var i = 0; i < deliveries.Length; i++)
        {
            store.Note(News, LogKey.Project(places[i]), deliveries[i], LogKey.Seq(places[i]), agents[i], DeliveryState.Withdrawn, attempts[i], _clock);
            _withdrawn.Add(agents[i]);
        }
    }

    private readonly List<int> _withdrawn = [];

    private void CommitSends()
    {
        _holders = new IDeliveryHolder?[_deliveries.Count];
        foreach (var reserved in _reserved)
            _holders[reserved.Delivery] = reserved.Holder;
        for (var i = 0; i < _sends.Count; i++)
        {
            var planned = _sends[i];
            if (_refused?[i] is > 0 and var why)
                Refuse(planned, why);
            else
                Store(planned, _nth[i], _handed);
        }

        foreach (var (agent, mailbox) in _mailboxes)
            store.Backlogs.Set(agent, Waiting(mailbox.Subscript));
        foreach (var agent in _withdrawn)
            store.Backlogs.Forget(agent);
    }

    private void Refuse(in PlannedSend planned, int why)
    {
        for (var i = 0; i < planned.Send.Recipients.Agents.Count; i++)
            _holders[planned.FirstPlanned + i]?.Cancel();
        const int keyTaken = 1, executionEnded = 2;
        switch (why)
        {
            case keyTaken:
                planned.Operation.KeyTaken(planned.Index);
                break;
            case executionEnded:
                planned.Operation.Answer(planned.Index, SendOutcome.Refused(SendResult.ExecutionEnded));
                break;
            default:
                planned.Operation.Answer(planned.Index, SendOutcome.Refused(
                    SendResult.MailboxFull, [new RecipientOutcome(planned.Send.Recipients.Agents[0].Number, RecipientResult.Full, 0)]));
                break;
        }
    }

    private void Store(in PlannedSend planned, int nth, List<(IDeliveryHolder, ClaimedDelivery)> handed)
    {
        var send = planned.Send;
        var (seq, stamp) = (_seqs[planned.Project.Subscript - 1] + nth, _stamps[planned.Project.Subscript - 1]);
        var id = EntryId.Create(stamp, seq, (ulong)planned.Bits);
        // The same values that the function stored.
        var begun = DeliveryRules.Begin(stamp, send.DeliverAt, send.Priority, send.TimeToLive, send.Project.Settings.PriorityAging);
        var json = MessageJson.Whole(send.Body, id, seq, send.Thread ?? id, stamp, begun.ExpiresAt);
        var outcomes = new RecipientOutcome[send.Recipients.Agents.Count];
        for (var i = 0; i < outcomes.Length; i++)
            outcomes[i] = Deliver(planned.FirstPlanned + i, send, seq, begun.State == DeliveryState.Scheduled, json, handed);
        News.Entries.Add(EntryOf(send, seq, stamp, json, outcomes));
        send.OnStored?.Invoke(seq);
        planned.Operation.Answer(planned.Index, new SendOutcome(SendResult.Stored, id, seq, send.Thread ?? id, outcomes) { Reached = ReachedBy(send) });
    }

    private RecipientOutcome Deliver(int index, Send send, long seq, bool scheduled, byte[] json, List<(IDeliveryHolder, ClaimedDelivery)> handed)
    {
        var (_, delivery, agent, lease) = _deliveries[index];
        var holder = _holders[index];
        if (_passedOver.Contains(index + 1))
        {
            holder?.Cancel();
            return new RecipientOutcome(agent, RecipientResult.Full, 0);
        }

        var project = send.Project.Number;
        store.Note(News, project, delivery, seq, agent, !scheduled ? DeliveryState.Queued : send.IsHeld ? DeliveryState.Held : DeliveryState.Scheduled, 1, _clock);
        var mailbox = _mailboxes[agent].Subscript;
        if (scheduled)
            return new RecipientOutcome(agent, send.IsHeld ? RecipientResult.Held : RecipientResult.Scheduled, Ahead(mailbox, send.Priority));
        if (holder is not null && (lease < 0 || !_blocked.Contains(agent)))
        {
            var until = _clock + Math.Abs(lease);
            store.Held.Add(agent, delivery, new HeldLease(holder, agent, project, seq, 1, 1, until));
            store.Note(News, project, delivery, seq, agent, DeliveryState.Leased, 1, _clock);
            handed.Add((holder, new ClaimedDelivery(delivery, seq, 1, 1, until, json)));
            return new RecipientOutcome(agent, RecipientResult.Pushed, 0);
        }

        holder?.Cancel();
        var ahead = Ahead(mailbox, send.Priority);
        _waiting[(int)send.Priority][mailbox]++;
        News.Arrived.Add(new Arrival(agent, new DeliveryOffer(send.Type, send.Priority, send.Sender.Number)));
        return new RecipientOutcome(agent, RecipientResult.Queued, ahead);
    }

    /// <summary>How many waiting deliveries come before a new one with this priority, not counting aging.</summary>
    private int Ahead(int mailbox, Priority priority)
    {
        var ahead = 0;
        for (var other = (int)priority; other <= 4; other++)
            ahead += _waiting[other][mailbox];
        return ahead;
    }

    private int Waiting(int mailbox) => Ahead(mailbox, Priority.Low);

    private static LogEntry EntryOf(Send send, long seq, long stamp, byte[] json, RecipientOutcome[] outcomes) => new()
    {
        Project = send.Project.Number,
        Seq = seq,
        Kind = EntryKind.Message,
        Stamp = stamp,
        Audience = send.DeliverAt > stamp ? send.Recipients.Audience | Audience.Withheld : send.Recipients.Audience,
        Sender = send.Sender.Number,
        Recipients = send.Recipients.Audience == Audience.Everyone
            ? []
            : [.. outcomes.Where(outcome => outcome.Result != RecipientResult.Full).Select(outcome => outcome.Agent)],
        Type = send.Type,
        Thread = send.Thread is { } thread ? EntryId.SeqOf(thread) : seq,
        Execution = send.Execution,
        ReplyTo = send.ReplyTo,
        Hops = send.Hops,
        Json = json,
    };
}
