using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Postgres;

/// <summary>Several settlements by one caller. Acknowledgments by lease, which are nearly all of them, go in a batch. Anything that does not find a
/// valid lease is handled in a transaction.</summary>
internal sealed class SettleOperation(PostgresMessageStore store, IReadOnlyList<Settle> settles, Resume resume) : PostgresBatchOperation
{
    private readonly TaskCompletionSource<IReadOnlyList<Settlement>> _done = new(resume.Options());
    private readonly Settlement?[] _results = new Settlement?[settles.Count];
    private readonly List<(int Agent, long Delivery)> _ended = [];

    internal IReadOnlyList<Settle> Settles => settles;

    internal Task<IReadOnlyList<Settlement>> Done => _done.Task;

    internal override int Weight => settles.Count;

    internal override bool IsUnfinished => Array.Exists(_results, result => result is null);

    internal override ValueTask<bool> AddToAsync(PostgresBatch batch, bool onlyOne)
    {
        for (var i = 0; i < settles.Count; i++)
        {
            if (settles[i] is { Verb: SettleVerb.Ack, Delivery: not 0, Lease: not 0 })
                batch.Add(this, i);
        }

        return new(true);
    }

    internal override void Rewind()
    {
    }

    internal void Settled(int index) => _results[index] = Settlement.Settled;

    internal override async Task ApplyAsync(PostgresTransaction transaction)
    {
        _ended.Clear();
        await transaction.LockAsync([.. settles.Select(settle => settle.Project).Distinct()]);
        for (var i = 0; i < settles.Count; i++)
            _results[i] ??= await store.SettleAsync(transaction, settles[i], _ended);
    }

    internal override void Committed()
    {
        foreach (var (agent, delivery) in _ended)
            store.Held.End(agent, delivery);
    }

    internal override void Complete() => _done.TrySetResult([.. _results.Select(result => result!.Value)]);

    internal override void Fail(Exception reason) => _done.TrySetException(reason);
}
