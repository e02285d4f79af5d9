using Microsoft.Extensions.Logging.Abstractions;
using Parley.Protocol;
using Parley.Server.Security;
using Parley.Server.Storage;
using Xunit;

namespace Parley.Server.Tests.Security;

public sealed class TokenVaultTests
{
    private readonly TestClock _clock = new();
    private readonly MemoryTokenStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_is_random_readable_by_kind_and_never_stored()
    {
        await using var vault = await OpenAsync();

        var first = await vault.IssueAsync(new TokenOrder(TokenKind.Observer), Cancel);
        var second = await vault.IssueAsync(new TokenOrder(TokenKind.Observer), Cancel);

        Assert.Matches("^parley_observer_[A-Za-z0-9_-]{43}$", first.Token);
        Assert.NotEqual(first.Token, second.Token);
        var stored = _store.Tokens[first.TokenId];
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(first.Token)), stored.Hash.ToArray());
    }

    [Fact]
    public async Task A_token_opens_what_it_was_created_for_even_after_a_restart()
    {
        NewToken token;
        await using (var before = await OpenAsync())
            token = await before.IssueAsync(new TokenOrder(TokenKind.Agent) { ProjectId = "red", AgentId = "be-1" }, Cancel);
        await using var vault = await OpenAsync();

        var caller = vault.Authenticate(token.Token)!;

        Assert.Equal((TokenKind.Agent, "red", "be-1", token.TokenId), (caller.Kind, caller.ProjectId, caller.AgentId, caller.TokenId));
        Assert.Same(caller, vault.Authenticate(token.Token));
    }

    [Theory]
    [InlineData("")]
    [InlineData("parley_agent_")]
    [InlineData("x")]
    public async Task An_invalid_token_identifies_nobody(string text)
    {
        await using var vault = await OpenAsync();

        Assert.Null(vault.Authenticate(text));
        Assert.Null(vault.Authenticate(new string('x', 100_000)));
    }

    [Fact]
    public async Task Revoking_ends_what_the_token_opened_even_after_a_restart()
    {
        await using var vault = await OpenAsync();
        var token = await vault.IssueAsync(new TokenOrder(TokenKind.Admin), Cancel);
        var ended = EndOf(vault.Authenticate(token.Token)!);

        await vault.RevokeAsync([token.TokenId], Cancel);

        await ended;
        Assert.Null(vault.Authenticate(token.Token));
        await using var later = await OpenAsync();
        Assert.Null(later.Authenticate(token.Token));
    }

    [Fact]
    public async Task Expiring_ends_what_the_token_opened()
    {
        await using var vault = await OpenAsync();
        var soon = await vault.IssueAsync(new TokenOrder(TokenKind.Admin) { ExpiresAt = _clock.GetUtcNow().AddMinutes(1) }, Cancel);
        var later = await vault.IssueAsync(new TokenOrder(TokenKind.Admin) { ExpiresAt = _clock.GetUtcNow().AddDays(100) }, Cancel);
        var (endOfSoon, endOfLater) = (EndOf(vault.Authenticate(soon.Token)!), EndOf(vault.Authenticate(later.Token)!));

        _clock.Advance(TimeSpan.FromMinutes(1));
        await endOfSoon;
        Assert.Null(vault.Authenticate(soon.Token));
        Assert.False(endOfLater.IsCompleted);

        _clock.Advance(TimeSpan.FromDays(100));
        await endOfLater;
        Assert.Null(vault.Authenticate(later.Token));
    }

    [Fact]
    public async Task After_a_rotation_only_the_new_token_is_valid()
    {
        await using var vault = await OpenAsync();
        var first = await vault.RotateAsync("default", "be-1", Cancel);
        var other = await vault.RotateAsync("default", "be-2", Cancel);
        var abroad = await vault.RotateAsync("red", "be-1", Cancel);

        var second = await vault.RotateAsync("default", "be-1", Cancel);

        Assert.Null(vault.Authenticate(first.Token));
        Assert.All([second, other, abroad], token => Assert.NotNull(vault.Authenticate(token.Token)));
        Assert.Equal(second.TokenId, Assert.Single(vault.TokensOf("default", "be-1")).TokenId);
    }

    [Fact]
    public async Task After_many_simultaneous_rotations_one_token_is_left()
    {
        await using var vault = await OpenAsync();

        await Parallel.ForAsync(0, 50, Cancel, async (_, cancel) => await vault.RotateAsync("default", "be-1", cancel));

        Assert.Single(vault.TokensOf("default", "be-1"));
        Assert.Single(_store.Tokens.Values, token => token.RevokedAt is null);
    }

    [Fact]
    public async Task Deleting_an_agent_or_a_project_ends_its_tokens_and_no_others()
    {
        await using var vault = await OpenAsync();
        var agent = await vault.RotateAsync("default", "be-1", Cancel);
        var other = await vault.RotateAsync("default", "be-2", Cancel);
        var red = await vault.IssueAsync(new TokenOrder(TokenKind.Observer) { ProjectId = "red" }, Cancel);
        var all = await vault.IssueAsync(new TokenOrder(TokenKind.Observer), Cancel);

        await vault.RevokeAgentAsync("default", "be-1", Cancel);
        await vault.RevokeProjectAsync("red", Cancel);

        Assert.Equal([false, true, false, true], new[] { agent, other, red, all }.Select(token => vault.Authenticate(token.Token) is not null));
    }

    [Fact]
    public async Task A_change_that_could_not_be_stored_did_not_happen()
    {
        await using var vault = await OpenAsync();
        var token = await vault.RotateAsync("default", "be-1", Cancel);
        _store.Fault = new StorageUnavailableException();

        await Assert.ThrowsAsync<StorageUnavailableException>(() => vault.RotateAsync("default", "be-1", Cancel));
        await Assert.ThrowsAsync<StorageUnavailableException>(() => vault.RevokeAsync([token.TokenId], Cancel));

        Assert.NotNull(vault.Authenticate(token.Token));
    }

    [Fact]
    public async Task The_first_use_is_known_at_once_and_stored_soon_after()
    {
        await using var vault = await OpenAsync();
        var token = await vault.RotateAsync("default", "be-1", Cancel);
        Assert.Null(Assert.Single(vault.TokensOf("default", "be-1")).LastUsedAt);

        vault.Authenticate(token.Token);
        Assert.Equal(_clock.GetUtcNow(), Assert.Single(vault.TokensOf("default", "be-1")).LastUsedAt);
        Assert.Null(_store.Tokens[token.TokenId].LastUsedAt);

        var used = _clock.GetUtcNow();
        _clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(used, _store.Tokens[token.TokenId].LastUsedAt);
    }

    [Fact]
    public async Task A_use_that_could_not_be_stored_is_stored_later()
    {
        await using var vault = await OpenAsync();
        var token = await vault.IssueAsync(new TokenOrder(TokenKind.Admin), Cancel);
        _store.Fault = new StorageUnavailableException();
        vault.Authenticate(token.Token);
        _clock.Advance(TimeSpan.FromSeconds(5));

        _store.Fault = null;
        _clock.Advance(TimeSpan.FromMinutes(1));

        Assert.NotNull(_store.Tokens[token.TokenId].LastUsedAt);
    }

    [Fact]
    public async Task The_list_is_newest_first_in_pages_and_without_secrets()
    {
        await using var vault = await OpenAsync();
        var issued = new List<NewToken>();
        for (var i = 0; i < 5; i++)
        {
            issued.Add(await vault.IssueAsync(new TokenOrder(TokenKind.Observer), Cancel));
            _clock.Advance(TimeSpan.FromSeconds(i % 2));
        }

        var first = vault.List(2, null, null);
        var second = vault.List(2, first.Next, null);
        var third = vault.List(2, second.Next, null);

        var listed = first.Items.Concat(second.Items).Concat(third.Items).ToArray();
        Assert.Equal(issued.Select(token => token.TokenId).Order(), listed.Select(token => token.TokenId).Order());
        Assert.Equal(listed.Select(token => token.CreatedAt).OrderDescending(), listed.Select(token => token.CreatedAt));
        Assert.Null(third.Next);
        Assert.All(listed, token => Assert.IsNotType<NewToken>(token));
    }

    [Fact]
    public void A_hash_is_equal_only_to_itself()
    {
        var hash = TokenHash.Of("a");

        Assert.Equal(hash, new TokenHash(hash.ToArray()));
        for (var bit = 0; bit < 256; bit++)
        {
            var bytes = hash.ToArray();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(hash, new TokenHash(bytes));
        }
    }

    private async Task<TokenVault> OpenAsync()
    {
        var vault = new TokenVault(_store, _clock, NullLogger<TokenVault>.Instance);
        await vault.LoadAsync(Cancel);
        return vault;
    }

    private static Task EndOf(Caller caller)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        caller.Ended.Register(ended.SetResult);
        return ended.Task.WaitAsync(TimeSpan.FromMinutes(2), Cancel);
    }
}
