using Npgsql;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Messages;

namespace Parley.Server.Storage.Postgres;

/// <summary>One transition of entities. Without messages, it shares a batch with others. With messages, it is a batch of its own, which is rolled
/// back as a whole if an entity has changed or a message cannot be stored.</summary>
internal sealed class TransitionOperation(PostgresMessageStore store, Transition transition) : PostgresBatchOperation
{
    private const string HasChanged = "PA001", IsUnsent = "PA002", IsGone = "PA003";

    private readonly TaskCompletionSource<TransitionOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SendOperation? _sends = transition.Messages.Count == 0 ? null : new SendOperation(store, [.. transition.Messages.Cast<Send>()], Resume.OnPool);
    private TransitionOutcome _outcome = TransitionOutcome.Conflict;

    internal Transition Transition => transition;

    internal Task<TransitionOutcome> Done => _done.Task;

    internal bool HasMessages => _sends is not null;

    /// <summary>Whether it must have its own batch, because a refusal rolls that back.</summary>
    private bool IsAlone => _sends is not null || transition.Unchanged.Count > 0;

    /// <summary>The random bits of the ids of new entities.</summary>
    internal long[] Bits { get; } = [.. transition.Writes.Select(write => write.Present?.IdBits ?? (long)(EntryId.Random() & EntryId.RandomMask))];

    internal override int Weight => transition.Writes.Count + (_sends?.Weight ?? 0);

    internal override bool IsUnfinished => false;

    internal override async ValueTask<bool> AddToAsync(PostgresBatch batch, bool onlyOne)
    {
        if (!IsAlone)
        {
            batch.Add(this);
            return true;
        }

        if (!batch.IsEmpty)
            return false;
        batch.Add(this);
        if (_sends is not null && !await _sends.AddToAsync(batch, onlyOne: false))
            throw new InvalidOperationException($"A transition has more messages than one commit takes, or two under one key ({transition.Messages.Count} messages).");
        // Nothing may come between it and its messages, or be rolled back with it.
        batch.Close();
        return true;
    }

    internal override void Rewind() => _sends?.Rewind();

    internal override Task ApplyAsync(PostgresTransaction transaction) => throw new System.Diagnostics.UnreachableException("A batch does all of a transition.");

    /// <summary>Takes the database's answer. Nobody is notified yet.</summary>
    internal void Take(long clock, long firstSeq) =>
        _outcome = new TransitionOutcome(TransitionResult.Applied, [.. transition.Writes.Select((write, i) => RowOf(write, i, clock, firstSeq + i))]);

    /// <summary>Called if the database changed nothing.</summary>
    internal void Refuse(TransitionOutcome outcome) => _outcome = outcome;

    /// <summary>Called after the commit.</summary>
    internal void Commit(CommitEffects effects)
    {
        for (var i = 0; i < _outcome.Rows.Count; i++)
        {
            var (write, row) = (transition.Writes[i], _outcome.Rows[i]);
            effects.Entries.Add(new LogEntry
            {
                Project = row.Project,
                Seq = row.Changed,
                Kind = write.Kind.Entry,
                Stamp = row.ChangedAt,
                Audience = write.Audience,
                Sender = transition.Sender,
                Type = write.Type,
                Execution = write.OwnsItsMessages ? row.Made : 0,
                Subject = row.Made,
                Json = EntityJson.Fill(write.Entry, row.Id, row.ChangedAt, row.Changed),
            });
        }
    }

    internal override void Complete() => _done.TrySetResult(_outcome);

    internal override bool TryAnswer(Exception error)
    {
        var outcome = (error as PostgresException)?.SqlState switch
        {
            HasChanged => TransitionOutcome.Conflict,
            IsUnsent => TransitionOutcome.MessageRefused,
            IsGone => TransitionOutcome.ProjectGone,
            _ => null,
        };
        return outcome is not null && _done.TrySetResult(outcome);
    }

    internal override void Fail(Exception reason) => _done.TrySetException(reason);

    private EntityRow RowOf(EntityWrite write, int index, long now, long seq) => new()
    {
        Project = transition.Project,
        Kind = write.Kind.Number,
        Name = write.Name,
        Made = write.Present?.Made ?? seq,
        IdBits = Bits[index],
        MadeAt = write.Present?.MadeAt ?? now,
        Changed = seq,
        ChangedAt = now,
        Maker = write.Present?.Maker ?? transition.Sender,
        Due = write.Due,
        IsOver = write.IsOver,
        Body = write.Body,
    };
}
