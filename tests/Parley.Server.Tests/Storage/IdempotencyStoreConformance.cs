using Parley.Server.Idempotency;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>What every <see cref="IIdempotencyStore"/> promises.</summary>
public abstract class IdempotencyStoreConformance(StorageUnderTest storage)
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 22, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_answer_is_found_by_project_caller_and_key_together_until_it_is_too_old()
    {
        await using var scope = await storage.OpenAsync();
        var store = scope.Service<IIdempotencyStore>();
        var key = new CreationKey(1, "a1", "k1");
        await store.KeepAsync(key, new KeptAnswer(42, [1, 0, 255]), Noon, Cancel);

        var found = await store.FindAsync(key, Noon.AddMilliseconds(-1), Cancel);

        Assert.Equal(42, found!.Fingerprint);
        Assert.Equal<byte>([1, 0, 255], found.Answer!);
        Assert.Null(await store.FindAsync(key, Noon, Cancel));
        foreach (var other in new[] { key with { Project = 2 }, key with { Caller = "a2" }, key with { Key = "K1" } })
            Assert.Null(await store.FindAsync(other, DateTimeOffset.UnixEpoch, Cancel));
    }

    [Fact]
    public async Task A_later_answer_replaces_the_earlier_one()
    {
        await using var scope = await storage.OpenAsync();
        var store = scope.Service<IIdempotencyStore>();
        var key = new CreationKey(1, "a1", "k1");
        await store.KeepAsync(key, new KeptAnswer(1, [1]), Noon, Cancel);

        await store.KeepAsync(key, new KeptAnswer(-2, [2]), Noon.AddDays(2), Cancel);

        var found = await store.FindAsync(key, Noon.AddDays(1), Cancel);
        Assert.Equal(-2, found!.Fingerprint);
        Assert.Equal<byte>([2], found.Answer!);
    }

    [Fact]
    public async Task A_key_is_taken_by_one_of_many_and_free_again_when_it_is_old()
    {
        await using var scope = await storage.OpenAsync();
        var store = scope.Service<IIdempotencyStore>();
        var key = new CreationKey(1, "a1", "k1");

        var taken = await Task.WhenAll(Enumerable.Range(1, 10).Select(print => store.ReserveAsync(key, new KeptAnswer(print, []), Noon, Noon.AddDays(-1), Cancel).AsTask()));

        Assert.Equal(Array.IndexOf(taken, true) + 1, (await store.FindAsync(key, Noon.AddDays(-1), Cancel))!.Fingerprint);
        Assert.Single(taken, isTaken => isTaken);
        await store.KeepAsync(key, new KeptAnswer(1, [1]), Noon, Cancel);
        Assert.False(await store.ReserveAsync(key, new KeptAnswer(2, []), Noon.AddHours(1), Noon.AddMilliseconds(-1), Cancel));
        Assert.True(await store.ReserveAsync(key, new KeptAnswer(2, []), Noon.AddDays(1), Noon, Cancel));
        Assert.Equal(2, (await store.FindAsync(key, Noon, Cancel))!.Fingerprint);
    }

    [Fact]
    public async Task Keys_are_forgotten_step_by_step_and_only_the_old_ones()
    {
        await using var scope = await storage.OpenAsync();
        var store = scope.Service<IIdempotencyStore>();
        foreach (var number in Enumerable.Range(0, 25))
            await store.KeepAsync(new CreationKey(1 + (number % 2), "a1", $"k{number}"), new KeptAnswer(number, []), number % 5 == 0 ? Noon.AddHours(1) : Noon, Cancel);

        CreationKey? place = null;
        var steps = 0;
        do
        {
            place = await store.PruneAsync(Noon, place, max: 10, Cancel);
            steps++;
        }
        while (place is not null);

        Assert.Equal(3, steps);
        var left = new List<int>();
        foreach (var number in Enumerable.Range(0, 25))
        {
            if (await store.FindAsync(new CreationKey(1 + (number % 2), "a1", $"k{number}"), DateTimeOffset.UnixEpoch, Cancel) is not null)
                left.Add(number);
        }

        Assert.Equal([0, 5, 10, 15, 20], left);
    }
}

public sealed class SqliteIdempotencyStoreTests() : IdempotencyStoreConformance(new OnSqlite());

public sealed class PostgresIdempotencyStoreTests(PostgresDatabases databases) : IdempotencyStoreConformance(new OnPostgres(databases));
