using Parley.Server.Security;
using Parley.Server.SignIn;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.SignIn;

/// <summary>What every <see cref="ISessionStore"/> promises.</summary>
public abstract class SessionStoreConformance(StorageUnderTest storage)
{
    private static readonly DateTimeOffset Now = new(2026, 1, 22, 13, 56, 52, 551, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_is_found_by_its_hash_as_it_was_added()
    {
        await using var scope = await storage.OpenAsync();
        var store = scope.Service<ISessionStore>();
        var session = Make("a");

        Assert.True(await store.TryAddAsync(session, Cancel));

        Assert.Equal(session, await store.FindAsync(session.Hash, Cancel));
        Assert.Null(await store.FindAsync(TokenHash.Of("another"), Cancel));
    }

    [Fact]
    public async Task A_ticket_opens_one_session()
    {
        await using var scope = await storage.OpenAsync();
        var store = scope.Service<ISessionStore>();

        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(async n => await store.TryAddAsync(Make($"{n}") with { TicketId = "same" }, Cancel)));

        Assert.Single(opened, isOpened => isOpened);
    }

    [Fact]
    public async Task An_ended_session_keeps_the_time_of_its_end()
    {
        await using var scope = await storage.OpenAsync();
        var store = scope.Service<ISessionStore>();
        await store.TryAddAsync(Make("a"), Cancel);

        await store.EndAsync("a", Now.AddMinutes(1), Cancel);
        await store.EndAsync("a", Now.AddMinutes(2), Cancel);
        await store.EndAsync("nobody's", Now, Cancel);

        Assert.Equal(Now.AddMinutes(1), (await store.FindAsync(TokenHash.Of("a"), Cancel))!.EndedAt);
    }

    [Fact]
    public async Task The_latest_use_is_kept()
    {
        await using var scope = await storage.OpenAsync();
        var store = scope.Service<ISessionStore>();
        await store.TryAddAsync(Make("a"), Cancel);

        await store.TouchAsync(Uses(("a", Now.AddMinutes(5)), ("nobody's", Now)), Cancel);
        await store.TouchAsync(Uses(("a", Now.AddMinutes(1))), Cancel);

        Assert.Equal(Now.AddMinutes(5), (await store.FindAsync(TokenHash.Of("a"), Cancel))!.LastUsedAt);
    }

    [Fact]
    public async Task Sessions_whose_time_was_over_before_are_deleted()
    {
        await using var scope = await storage.OpenAsync();
        var store = scope.Service<ISessionStore>();
        await store.TryAddAsync(Make("old"), Cancel);
        await store.TryAddAsync(Make("new") with { ExpiresAt = Now.AddDays(8) }, Cancel);

        await store.PruneAsync(Now.AddDays(7.5), Cancel);

        Assert.Null(await store.FindAsync(TokenHash.Of("old"), Cancel));
        Assert.NotNull(await store.FindAsync(TokenHash.Of("new"), Cancel));
    }

    private static Session Make(string id) => new()
    {
        SessionId = id,
        Hash = TokenHash.Of(id),
        TicketId = $"ticket-{id}",
        TokenId = "first-admin",
        TokenCreatedAt = Now.AddDays(-1),
        CreatedAt = Now,
        ExpiresAt = Now.AddDays(7),
        LastUsedAt = Now,
    };

    private static Dictionary<string, DateTimeOffset> Uses(params (string Id, DateTimeOffset At)[] uses) => uses.ToDictionary(use => use.Id, use => use.At, StringComparer.Ordinal);
}

public sealed class SqliteSessionStoreTests() : SessionStoreConformance(new OnSqlite());

public sealed class PostgresSessionStoreTests(PostgresDatabases databases) : SessionStoreConformance(new OnPostgres(databases));
