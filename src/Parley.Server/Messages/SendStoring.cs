using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Storage;

namespace Parley.Server.Messages;

/// <summary>Stores sends: nearly all of them alone, and some together with a change of another concept.</summary>
internal sealed class SendStoring(IMessageStore store, IEntityStore entities, IEnumerable<ISendCompanion> companions, IMessageBudgets budgets)
{
    private readonly ISendCompanion[] _companions = [.. companions];

    /// <inheritdoc cref="ISendCompanion.JoinAsync"/>
    internal async ValueTask<SendCompanion?> JoinAsync(
        ProjectState project, Sender sender, SendDraft draft, LogEntry? answered, bool isAddressed, CancellationToken cancellationToken)
    {
        foreach (var companion in _companions)
        {
            if (await companion.JoinAsync(project, sender, draft, answered, isAddressed, cancellationToken) is { } joined)
                return joined;
        }

        return null;
    }

    /// <inheritdoc cref="IMessageStore.RoomAsync"/>
    internal ValueTask RoomAsync(CancellationToken cancellationToken) => store.RoomAsync(cancellationToken);

    /// <summary>Stores sends. When this returns, they are in the store's queue, in order.</summary>
    internal Task<IReadOnlyList<SendOutcome>> StoreAsync(IReadOnlyList<Send> sends, Resume resume) =>
        sends[0].Project.Budgets is null ? StoreEachAsync(sends, resume) : WatchAsync(sends[0].Project, StoreEachAsync(sends, resume));

    /// <summary>Stores a message and takes the dead letter that it replaces off the pile, or does neither.</summary>
    internal async ValueTask<TransitionOutcome> ReplaceAsync(Send send, long deadLetter, CancellationToken cancellationToken)
    {
        var outcome = await entities.ApplyAsync(new Transition(send.Project.Number, send.Sender.Number, []) { Messages = [send], DeadLetter = deadLetter }, cancellationToken);
        foreach (var limit in outcome.Sent.Cast<SendOutcome>().SelectMany(sent => sent.Reached))
            await budgets.NoteAsync(send.Project, limit, isRefused: false);
        return outcome;
    }

    /// <summary>The budget that does not allow a message now; null if budgets allow it.</summary>
    /// <param name="onlyLook">True if nothing is sent, so that nobody is told.</param>
    internal async ValueTask<BudgetRefusal?> OverBudgetAsync(Send send, CancellationToken cancellationToken, bool onlyLook = false)
    {
        foreach (var limit in send.IsPastBudgets ? [] : send.Budgets)
        {
            var spent = await budgets.SpentAsync(send.Project, limit, cancellationToken);
            if (limit.Allows(spent, send.Bytes))
                continue;
            if (!onlyLook)
                await budgets.NoteAsync(send.Project, limit, isRefused: true);
            return new BudgetRefusal(limit, spent);
        }

        return null;
    }

    /// <summary>Tells people about budgets before the sender is answered.</summary>
    private async Task<IReadOnlyList<SendOutcome>> WatchAsync(ProjectState project, Task<IReadOnlyList<SendOutcome>> storing)
    {
        var outcomes = await storing;
        foreach (var outcome in outcomes)
        {
            if (outcome.Refusal is { } refusal)
                await budgets.NoteAsync(project, refusal.Limit, isRefused: true);
            foreach (var limit in outcome.Reached)
                await budgets.NoteAsync(project, limit, isRefused: false);
        }

        return outcomes;
    }

    private Task<IReadOnlyList<SendOutcome>> StoreEachAsync(IReadOnlyList<Send> sends, Resume resume)
    {
        for (var i = 0; i < sends.Count; i++)
        {
            if (sends[i].Joint is not null)
                return StorePartsAsync(sends, resume);
        }

        return store.SendAsync(sends, resume);
    }

    private async Task<IReadOnlyList<SendOutcome>> StorePartsAsync(IReadOnlyList<Send> sends, Resume resume)
    {
        var parts = new List<Task<IReadOnlyList<SendOutcome>>>();
        for (var i = 0; i < sends.Count;)
        {
            if (sends[i].Joint is { } joint)
            {
                parts.Add(StoreAsync(sends[i++], joint));
                continue;
            }

            var plain = sends.Skip(i).TakeWhile(send => send.Joint is null).ToList();
            parts.Add(store.SendAsync(plain, resume));
            i += plain.Count;
        }

        return [.. (await Task.WhenAll(parts)).SelectMany(part => part)];
    }

    private async Task<IReadOnlyList<SendOutcome>> StoreAsync(Send send, JointSend joint)
    {
        for (var write = joint.Companion.First; write is not null; write = await joint.Companion.Again(CancellationToken.None))
        {
            var outcome = await entities.ApplyAsync(new Transition(send.Project.Number, send.Sender.Number, [write]) { Messages = [send] }, CancellationToken.None);
            if (outcome.Result == TransitionResult.Applied)
            {
                var sent = (SendOutcome)outcome.Sent[0];
                await joint.Companion.Stored(outcome.Rows[0], sent);
                return [sent];
            }

            // A message that cannot be stored, or already is, has its own answer.
            if (outcome.Result != TransitionResult.Conflict)
                break;
        }

        joint.Stored = joint.Plain;
        return await store.SendAsync([joint.Plain], Resume.OnPool);
    }
}
