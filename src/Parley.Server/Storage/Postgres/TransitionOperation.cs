using Npgsql;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Messages;

namespace Parley.Server.Storage.Postgres;

/// <summary>One transition of entities, in a batch with others. If it has messages, the whole batch is rolled back when an entity has changed or a
/// message cannot be stored, and then each operation of the batch is tried alone.</summary>
internal sealed class TransitionOperation(PostgresMessageStore store, Transition transition) : PostgresBatchOperation
{
    private const string HasChanged = "PA001", IsUnsent = "PA002", IsGone = "PA003";

    private readonly TaskCompletionSource<TransitionOutcome> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SendOperation? _sends = transition.Messages.Count == 0 ? null : new SendOperation(store, [.. transition.Messages.Cast<Send>()], Resume.OnPool);
    private TransitionOutcome _outcome = TransitionOutcome.Conflict;

    internal Transition Transition => transition;

    internal Task<TransitionOutcome> Done => _done.Task;

    internal bool HasMessages => _sends is not null;

    /// <summary>The random bits of the ids of new entities.</summary>
    internal long[] Bits { get; } = [.. transition.Writes.Select(write => write.Present?.IdBits ?? (long)(EntryId.Random() & EntryId.RandomMask))];

    internal override int Weight => transition.Writes.Count + (_sends?.Weight ?? 0);

    internal override bool IsUnfinished => false;

    internal override async ValueTask<bool> AddToAsync(PostgresBatch batch, bool onlyOne)
    {
        // What rests on other entities, or on a dead letter, is refused by an error, and checked once at the beginning.
        var rests = transition.Unchanged.Count > 0 || transition.DeadLetter is not null;
        if ((rests && !batch.IsEmpty) || (_sends is not null && !batch.FitsWithMessages(transition)))
            return false;
        if (_sends is not null && await _sends.IsAllowedAsync(batch) is var isAllowed and not true)
        {
            if (isAllowed is null)
                return false;
            _outcome = TransitionOutcome.MessageRefused;
            return true;
        }

        batch.Add(this);
        if (_sends is not null)
            await _sends.AddAllToAsync(batch);
        if (rests)
            batch.Close();
        return true;
    }

    /// <summary>Whether a batch was rolled back only because a transition was refused.</summary>
    internal static bool IsRefusal(Exception fault) => fault is PostgresException { SqlState: HasChanged or IsUnsent or IsGone };

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

    internal override void Complete() => _done.TrySetResult(
        _sends is not null && _outcome.Result == TransitionResult.Applied ? _outcome with { Sent = _sends.Outcomes } : _outcome);

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
