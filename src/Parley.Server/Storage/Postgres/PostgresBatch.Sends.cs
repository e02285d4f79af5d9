using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Projects;

namespace Parley.Server.Storage.Postgres;

internal sealed partial class PostgresBatch
{
    /// <summary>More than any mailbox holds, with room to add to it without overflow.</summary>
    private const int NoLimit = int.MaxValue / 2;

    private readonly List<PlannedSend> _sends = [];
    private readonly List<PlannedDelivery> _deliveries = [];
    private readonly List<Reservation> _reserved = [];
    private readonly Dictionary<int, PlannedProject> _targets = [];
    private readonly Dictionary<int, PlannedMailbox> _mailboxes = [];
    private readonly HashSet<(int Project, string Caller, string Key)> _keys = [];

    /// <param name="Nth">The message's index among its project's messages in this batch, from 0.</param>
    private readonly record struct PlannedSend(SendOperation Operation, int Index, Send Send, PlannedProject Project, int Nth, long Bits, long FirstDelivery, int FirstPlanned);

    /// <param name="Message">The number of its message in the batch, from 1.</param>
    /// <param name="Lease">Milliseconds. 0: no connection has room for it. Negative: it goes to the caller that waits for this reply, ahead of what
    /// waits in the mailbox.</param>
    private readonly record struct PlannedDelivery(int Message, long Number, int Agent, long Lease);

    private readonly record struct Reservation(IDeliveryHolder Holder, int Delivery);

    private sealed record PlannedProject(int Number, long Aging, int Subscript)
    {
        internal int Messages { get; set; }
    }

    private sealed record PlannedMailbox(int Limit, int Subscript)
    {
        internal int New { get; set; }

        /// <summary>Something in this batch waits in this mailbox, so later deliveries may not bypass it.</summary>
        internal bool Waits { get; set; }
    }

    /// <summary>Whether a send can join this batch: if two have the same key, the second must find the first already stored, and a batch has one
    /// limit per mailbox.</summary>
    internal bool Fits(Send send) => _messagesOf is null && FitsBeside(send);

    private bool FitsBeside(Send send) =>
        (send.IdempotencyKey is not { } key || !_keys.Contains((send.Project.Number, send.Sender.Caller, key))) &&
        (_sends.Count == 0 || send.IsPastLimits == _sends[0].Send.IsPastLimits);

    /// <param name="firstDelivery">The first delivery number; the send uses one per recipient.</param>
    /// <param name="budgets">The budgets that it counts toward.</param>
    internal void Add(SendOperation operation, int index, Send send, long firstDelivery, BudgetLimit[] budgets)
    {
        _projects.Add(send.Project.Number);
        if (send.IdempotencyKey is { } key)
            _keys.Add((send.Project.Number, send.Sender.Caller, key));
        ref var project = ref CollectionsMarshal.GetValueRefOrAddDefault(_targets, send.Project.Number, out var known);
        if (!known)
            project = new PlannedProject(send.Project.Number, (long)send.Project.Settings.PriorityAging.TotalMilliseconds, _targets.Count);
        var bits = (long)(EntryId.Random() & ((1UL << 34) - 1));
        _sends.Add(new PlannedSend(operation, index, send, project!, project!.Messages++, bits, firstDelivery, _deliveries.Count));
        PlanBudgets(send, budgets);
        foreach (var agent in send.Recipients.Agents)
            Plan(send, agent.Number, agent.IsPaused(send.Project), firstDelivery++);
        _hasAnswers |= send.Settles;
        Weight += 1 + send.Recipients.Agents.Count;
    }

    private void Plan(Send send, int agent, bool paused, long number)
    {
        if (!_mailboxes.TryGetValue(agent, out var mailbox))
            _mailboxes.Add(agent, mailbox = new PlannedMailbox(send.IsPastLimits ? NoLimit : send.Project.Settings.MailboxLimit, _mailboxes.Count));
        mailbox.New++;
        var lease = 0L;
        if (send.DeliverAt is null)
        {
            var waiter = store.Handover.TryAnswer(agent, send.ReplyTo);
            // Only a reply's waiter may bypass a queue. For everybody else, the queue must be empty.
            var holder = waiter ?? (!paused && !mailbox.Waits && store.Backlogs.IsEmpty(agent)
                ? store.Handover.TryReserve(agent, new DeliveryOffer(send.Type, send.Priority, send.Sender.Number))
                : null);
            mailbox.Waits |= holder is null;
            if (holder is not null)
            {
                lease = (long)holder.LeaseTime.TotalMilliseconds * (waiter is null ? 1 : -1);
                _reserved.Add(new Reservation(holder, _deliveries.Count));
            }
        }

        _deliveries.Add(new PlannedDelivery(_sends.Count, number, agent, lease));
    }

    private void AddSends(NpgsqlParameterCollection to)
    {
        var targets = _targets.Values.OrderBy(project => project.Subscript).ToList();
        to.Add(Value(Ints(targets, project => project.Number), Numbers));
        to.Add(Value(Longs(targets, project => project.Aging), LongNumbers));
        to.Add(Value(Ints(_sends, send => send.Project.Subscript), Numbers));
        to.Add(Value(Ints(_sends, send => send.Nth), Numbers));
        to.Add(Value(Longs(_sends, send => send.Bits), LongNumbers));
        to.Add(Value(Longs(_sends, send => (long)send.Send.TimeToLive.TotalMilliseconds), LongNumbers));
        to.Add(Value(Rare(send => send.DeliverAt ?? 0), LongNumbers));
        to.Add(Value(Longs(_sends, send => send.FirstDelivery), LongNumbers));
        to.Add(Value(Ints(_sends, send => send.Send.Recipients.Agents.Count), Numbers));
        to.Add(Value(Ints(_sends, send => send.Send.Sender.Number), Numbers));
        to.Add(Value(Ints(_sends, send => OnlyRecipient(send.Send)), Numbers));
        to.Add(Value(Ints(_sends, send => (int)send.Send.Priority), Numbers));
        to.Add(Value(Ints(_sends, send => (int)send.Send.Recipients.Audience), Numbers));
        to.Add(Value(_sends.Count == 0 ? null : _sends.Select(send => send.Send.Recipients is { IsDirect: true, Agents.Count: 1 }).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Boolean));
        to.Add(Value(Rare(send => send.Thread is { } thread ? LogKey.Of(send.Project.Number, EntryId.SeqOf(thread)) : 0), LongNumbers));
        to.Add(Value(Rare(send => LogKey.OrNull(send.Project.Number, send.Execution) ?? 0), LongNumbers));
        to.Add(Value(Rare(send => LogKey.OrNull(send.Project.Number, send.ReplyTo) ?? 0), LongNumbers));
        to.Add(Value(Rare(send => LogKey.OrNull(send.Project.Number, send.Supersedes) ?? 0), LongNumbers));
        to.Add(Value(_sends.Exists(send => send.Send.Hops != 0) ? Ints(_sends, send => send.Send.Hops) : null, Numbers));
        to.Add(Value(Rare(send => send.Fingerprint), LongNumbers));
        to.Add(Value(RareText(send => send.Type), Texts));
        to.Add(Value(_sends.Count == 0 ? null : _sends.Select(send => send.Send.Body).ToArray(), Texts));
        to.Add(Value(_sends.Exists(send => send.Send.Thread is not null) ? _sends.Select(send => send.Send.Thread).ToArray() : null, NpgsqlDbType.Array | NpgsqlDbType.Uuid));
        to.Add(Value(RareText(send => send.Recipients.Routing), Texts));
        to.Add(Value(RareText(send => send.Sender.Session), Texts));
        to.Add(Value(RareText(send => send.TaskId), Texts));
        to.Add(Value(_keys.Count == 0 ? null : RareText(send => send.Sender.Caller), Texts));
        to.Add(Value(RareText(send => send.IdempotencyKey), Texts));
        AddDeliveries(to);
    }

    private void AddDeliveries(NpgsqlParameterCollection to)
    {
        to.Add(Value(Ints(_deliveries, delivery => delivery.Message), Numbers));
        to.Add(Value(Longs(_deliveries, delivery => delivery.Number), LongNumbers));
        to.Add(Value(Ints(_deliveries, delivery => delivery.Agent), Numbers));
        to.Add(Value(Longs(_deliveries, delivery => delivery.Lease), LongNumbers));
        to.Add(Value(
            _sends.Exists(send => send.Send.Recipients.Capability is not null)
                ? _deliveries.Select(delivery => _sends[delivery.Message - 1].Send.Recipients.Capability).ToArray()
                : null,
            Texts));
        var mailboxes = _mailboxes.OrderBy(mailbox => mailbox.Value.Subscript).ToList();
        to.Add(Value(Ints(mailboxes, mailbox => mailbox.Key), Numbers));
        to.Add(Value(Ints(mailboxes, mailbox => mailbox.Value.Limit), Numbers));
        to.Add(Value(Ints(mailboxes, mailbox => mailbox.Value.New), Numbers));
    }

    /// <summary>The recipient, if there is only one and it cannot change. A delivery by capability may move.</summary>
    private static int OnlyRecipient(Send send) =>
        send.Recipients is { Agents: [var only], Capability: null } && send.Recipients.Audience != Audience.Everyone ? only.Number : 0;

    /// <summary>NULL if no message has a value.</summary>
    private long[]? Rare(Func<Send, long> value) => _sends.Exists(send => value(send.Send) != 0) ? Longs(_sends, send => value(send.Send)) : null;

    private string?[]? RareText(Func<Send, string?> value) =>
        _sends.Exists(send => value(send.Send) is not null) ? [.. _sends.Select(send => value(send.Send))] : null;

    private static int[]? Ints<T>(List<T> items, Func<T, int> value) => items.Count == 0 ? null : [.. items.Select(value)];

    private static long[]? Longs<T>(List<T> items, Func<T, long> value) => items.Count == 0 ? null : [.. items.Select(value)];
}
