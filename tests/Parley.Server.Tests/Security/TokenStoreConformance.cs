using Microsoft.Extensions.Logging.Abstractions;
using Parley.Protocol;
using Parley.Server.Security;
using Parley.Server.Storage;
using Parley.Server.Storage.Sqlite;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Security;

/// <summary>What every <see cref="ITokenStore"/> promises. One subclass a provider, nothing skipped.</summary>
public abstract class TokenStoreConformance
{
    private static readonly DateTimeOffset Now = new(2026, 1, 22, 13, 56, 52, 551, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private protected abstract ITokenStore Store { get; }

    [Fact]
    public async Task A_token_is_read_back_as_it_was_added()
    {
        var full = Token("full") with { ProjectId = "red", AgentId = "be-1", Kind = TokenKind.Agent, ExpiresAt = Now.AddDays(1), LastUsedAt = Now };
        var bare = Token("bare");

        await Store.AddAsync(full, [], Now, Cancel);
        await Store.AddAsync(bare, [], Now, Cancel);

        Assert.Equal([bare, full], await LoadAsync());
    }

    [Fact]
    public async Task Every_kind_is_kept()
    {
        foreach (var kind in Enum.GetValues<TokenKind>())
            await Store.AddAsync(Token(kind.ToString()) with { Kind = kind }, [], Now, Cancel);

        Assert.Equal(Enum.GetValues<TokenKind>().Order(), (await LoadAsync()).Select(token => token.Kind).Order());
    }

    [Fact]
    public async Task Adding_a_token_replaces_one_with_its_id_and_revokes_those_it_supersedes()
    {
        await Store.AddAsync(Token("a"), [], Now, Cancel);
        await Store.AddAsync(Token("b"), [], Now, Cancel);
        var next = Token("a") with { Hash = TokenHash.Of("another") };

        await Store.AddAsync(next, ["b"], Now.AddMinutes(1), Cancel);

        Assert.Equal([next, Token("b") with { RevokedAt = Now.AddMinutes(1) }], await LoadAsync());
    }

    [Fact]
    public async Task A_revoked_token_keeps_the_time_of_its_first_revocation()
    {
        await Store.AddAsync(Token("a"), [], Now, Cancel);

        await Store.RevokeAsync(["a", "nobody"], Now.AddMinutes(1), Cancel);
        await Store.RevokeAsync(["a"], Now.AddMinutes(2), Cancel);

        Assert.Equal(Now.AddMinutes(1), Assert.Single(await LoadAsync()).RevokedAt);
    }

    [Fact]
    public async Task The_time_of_last_use_is_noted()
    {
        await Store.AddAsync(Token("a"), [], Now, Cancel);
        await Store.AddAsync(Token("b"), [], Now, Cancel);

        await Store.TouchAsync(new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal) { ["a"] = Now.AddMinutes(5), ["nobody"] = Now }, Cancel);

        Assert.Equal([Now.AddMinutes(5), null], (await LoadAsync()).Select(token => token.LastUsedAt));
        Assert.True(await Store.WasUsedAsync(["b", "a"], Cancel));
        Assert.False(await Store.WasUsedAsync(["b", "nobody"], Cancel));
    }

    [Fact]
    public async Task Tokens_that_ended_long_ago_are_deleted_except_the_first_ones()
    {
        await Store.AddAsync(Token("alive"), [], Now, Cancel);
        await Store.AddAsync(Token("expired") with { ExpiresAt = Now }, [], Now, Cancel);
        await Store.AddAsync(Token("later") with { ExpiresAt = Now.AddDays(2) }, [], Now, Cancel);
        await Store.AddAsync(Token("revoked"), [], Now, Cancel);
        await Store.AddAsync(Token(BootstrapTokens.AdminId), [], Now, Cancel);
        await Store.RevokeAsync(["revoked", BootstrapTokens.AdminId], Now, Cancel);
        await Store.TryOpenTicketAsync(new OpenedTicket("old", "alive", Now), Cancel);
        await Store.TryOpenTicketAsync(new OpenedTicket("open", "alive", OpenedTicket.StillOpen), Cancel);

        await Store.PruneAsync(Now.AddDays(1), Cancel);

        Assert.Equal(["alive", BootstrapTokens.AdminId, "later"], (await LoadAsync()).Select(token => token.TokenId));
        Assert.Equal("open", Assert.Single(await Store.LoadOpenedTicketsAsync(Now, Cancel)).Id);
    }

    [Fact]
    public async Task A_signing_key_stays_the_first_one()
    {
        var first = await Store.KeepKeyAsync("tickets", [1, 2, 3], Cancel);
        var second = await Store.KeepKeyAsync("tickets", [4, 5, 6], Cancel);

        Assert.Equal([1, 2, 3], first);
        Assert.Equal([1, 2, 3], second);
    }

    [Fact]
    public async Task A_ticket_is_kept_with_the_time_of_its_last_opening_until_its_token_ends()
    {
        await Store.AddAsync(Token("a"), [], Now, Cancel);
        Assert.True(await Store.TryOpenTicketAsync(new OpenedTicket("t", "a", OpenedTicket.StillOpen), Cancel));
        Assert.False(await Store.TryOpenTicketAsync(new OpenedTicket("t", "a", Now), Cancel));
        Assert.True((await Store.FindTicketAsync("t", Cancel))!.IsOpen);
        await Store.KeepTicketAsync(new OpenedTicket("t", "a", Now.AddDays(1)), Cancel);
        await Store.KeepTicketAsync(new OpenedTicket("u", "a", Now), Cancel);
        Assert.Equal(new OpenedTicket("t", "a", Now.AddDays(1)), Assert.Single(await Store.LoadOpenedTicketsAsync(Now, Cancel)));
        Assert.Equal(new OpenedTicket("t", "a", Now.AddDays(1)), await Store.FindTicketAsync("t", Cancel));
        Assert.Null(await Store.FindTicketAsync("u", Cancel));

        await Store.RevokeAsync(["a"], Now, Cancel);

        Assert.Empty(await Store.LoadOpenedTicketsAsync(Now, Cancel));
    }

    [Fact]
    public async Task Tickets_are_forgotten_by_their_ids()
    {
        await Store.TryOpenTicketAsync(new OpenedTicket("t", "a", Now), Cancel);
        await Store.TryOpenTicketAsync(new OpenedTicket("u", "a", Now), Cancel);

        await Store.ForgetTicketsAsync(["t", "nobody"], Cancel);

        Assert.Equal("u", Assert.Single(await Store.LoadOpenedTicketsAsync(Now, Cancel)).Id);
    }

    private static StoredToken Token(string id) => new() { TokenId = id, Kind = TokenKind.Observer, Hash = TokenHash.Of(id), CreatedAt = Now };

    private async Task<IReadOnlyList<StoredToken>> LoadAsync() =>
        [.. (await Store.LoadAsync(Cancel)).OrderBy(token => token.TokenId, StringComparer.Ordinal)];
}

public sealed class MemoryTokenStoreTests : TokenStoreConformance
{
    private protected override ITokenStore Store { get; } = new MemoryTokenStore();
}

public sealed class SqliteTokenStoreTests : TokenStoreConformance, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("parley-tokens-").FullName;
    private readonly SqliteDatabase _database;

    public SqliteTokenStoreTests()
    {
        _database = SqliteDatabase.Open(_folder, Path.Combine(_folder, "parley.db"), new StoreTrouble(), NullLogger.Instance);
        _database.Writer.Start();
        Store = new SqliteTokenStore(_database);
    }

    private protected override ITokenStore Store { get; }

    public void Dispose()
    {
        _database.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}

public sealed class PostgresTokenStoreTests(PostgresDatabases databases) : TokenStoreConformance, IAsyncLifetime
{
    private PostgresStoreScope _scope = null!;

    private protected override ITokenStore Store => _scope.Service<ITokenStore>();

    public async ValueTask InitializeAsync() => _scope = await PostgresStoreScope.OpenAsync(databases);

    public ValueTask DisposeAsync() => _scope.DisposeAsync();
}
