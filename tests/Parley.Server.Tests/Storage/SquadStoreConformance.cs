using Parley.Server.Log;
using Parley.Server.Squads;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>What every <see cref="ISquadStore"/> promises.</summary>
public abstract class SquadStoreConformance(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_squad_outlives_a_restart_with_its_members_in_the_order_in_which_they_were_named()
    {
        await using var store = await storage.OpenAsync();
        MemberRecord[] members = [new(store.Agent("dan").Number, "reviewer", null), new(store.Agent("ada").Number, null, "sql"), new(store.Agent("cyd").Number, null, null)];
        var added = await AddAsync(store, "alpha", members);
        var empty = await AddAsync(store, "beta");

        await store.ReopenAsync();

        var squads = (await store.Service<ISquadStore>().LoadAsync(Cancel)).OrderBy(squad => squad.Number).ToList();
        Assert.Equal([("alpha", "The alpha"), ("beta", "The beta")], squads.Select(squad => (squad.Id, squad.Name)));
        Assert.Equal((added!.Number, store.Clock.GetUtcNow().Date), (squads[0].Number, squads[0].CreatedAt.Date));
        Assert.Equal(members, squads[0].Members);
        Assert.Empty(squads[1].Members);
        Assert.True(empty!.Number > added.Number);
    }

    [Fact]
    public async Task A_taken_id_is_refused_and_leaves_no_trace()
    {
        await using var store = await storage.OpenAsync();
        await AddAsync(store, "alpha");

        Assert.Null(await AddAsync(store, "alpha", new MemberRecord(store.Agent("ada").Number, null, null)));

        Assert.Empty(Assert.Single(await store.Service<ISquadStore>().LoadAsync(Cancel)).Members);
        Assert.Equal(["squad_created"], await TypesAsync(store));
    }

    [Fact]
    public async Task Of_many_who_want_one_id_at_once_one_gets_it()
    {
        await using var store = await storage.OpenAsync();

        var added = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AddAsync(store, "alpha")));

        Assert.Single(added, squad => squad is not null);
        Assert.Equal(["squad_created"], await TypesAsync(store));
    }

    [Fact]
    public async Task A_change_replaces_name_and_members_and_is_told_to_the_log()
    {
        await using var store = await storage.OpenAsync();
        var squads = store.Service<ISquadStore>();
        var squad = (await AddAsync(store, "alpha", new MemberRecord(store.Agent("ada").Number, "lead", null)))!;
        MemberRecord[] members = [new(store.Agent("bob").Number, null, null), new(store.Agent("ada").Number, null, null)];

        Assert.True(await squads.ChangeAsync(squad with { Name = "Alpha", Members = members }, new SquadEntry("squad_updated", "{}"u8.ToArray()), Cancel));

        var kept = Assert.Single(await squads.LoadAsync(Cancel));
        Assert.Equal("Alpha", kept.Name);
        Assert.Equal(members, kept.Members);
        var entry = (await ReadAsync(store))[^1];
        Assert.Equal((EntryKind.Squad, Audience.Project, 2, "{}"), (entry.Kind, entry.Audience, entry.Seq, System.Text.Encoding.UTF8.GetString(entry.Json)));
    }

    [Fact]
    public async Task What_was_removed_is_gone_and_takes_no_change()
    {
        await using var store = await storage.OpenAsync();
        var squads = store.Service<ISquadStore>();
        var squad = (await AddAsync(store, "alpha", new MemberRecord(store.Agent("ada").Number, null, null)))!;

        Assert.True(await squads.RemoveAsync(squad, new SquadEntry("squad_removed", "{}"u8.ToArray()), Cancel));

        Assert.False(await squads.RemoveAsync(squad, new SquadEntry("squad_removed", "{}"u8.ToArray()), Cancel));
        Assert.False(await squads.ChangeAsync(squad, new SquadEntry("squad_updated", "{}"u8.ToArray()), Cancel));
        Assert.Empty(await squads.LoadAsync(Cancel));
        Assert.Equal(["squad_created", "squad_removed"], await TypesAsync(store));
        Assert.Empty((await AddAsync(store, "alpha"))!.Members);
    }

    private static async Task<SquadRecord?> AddAsync(StoreScope store, string id, params MemberRecord[] members) => await store.Service<ISquadStore>().AddAsync(
        new SquadRecord { Number = 0, Project = store.Project.Number, Id = id, Name = $"The {id}", CreatedAt = store.Clock.GetUtcNow(), Members = members },
        new SquadEntry("squad_created", "{}"u8.ToArray()), Cancel);

    private static async Task<IReadOnlyList<LogEntry>> ReadAsync(StoreScope store) =>
        (await store.Log.ReadAsync(store.Project.Number, 0, 100, default, Cancel)).Entries;

    private static async Task<IEnumerable<string?>> TypesAsync(StoreScope store) => (await ReadAsync(store)).Select(entry => entry.Type);
}

public sealed class SqliteSquadStoreTests() : SquadStoreConformance(new OnSqlite());

public sealed class PostgresSquadStoreTests(PostgresDatabases databases) : SquadStoreConformance(new OnPostgres(databases));
