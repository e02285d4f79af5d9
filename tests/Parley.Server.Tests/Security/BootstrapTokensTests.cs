using Microsoft.Extensions.Logging.Abstractions;
using Parley.Protocol;
using Parley.Server.Security;
using Xunit;

namespace Parley.Server.Tests.Security;

public sealed class FirstTokensTests : IDisposable
{
    private readonly string _folder = Path.Combine(Directory.CreateTempSubdirectory("parley-first-").FullName, "data");
    private readonly TestClock _clock = new();
    private MemoryTokenStore _store = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string AdminFile => BootstrapTokens.AdminFile(_folder);

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_folder)!, recursive: true);

    [Fact]
    public async Task The_first_start_writes_two_tokens_that_only_their_owner_can_read()
    {
        await using var vault = await StartAsync();

        var admin = vault.Authenticate((await File.ReadAllTextAsync(AdminFile, Cancel)).Trim())!;
        var join = vault.Authenticate((await File.ReadAllTextAsync(BootstrapTokens.JoinFile(_folder), Cancel)).Trim())!;
        Assert.Equal((TokenKind.Admin, (string?)null), (admin.Kind, admin.ProjectId));
        Assert.Equal((TokenKind.Join, "default"), (join.Kind, join.ProjectId));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(AdminFile));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(BootstrapTokens.JoinFile(_folder)));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, new DirectoryInfo(_folder).UnixFileMode);
        }
    }

    [Fact]
    public async Task Later_starts_keep_them_and_make_them_private_again()
    {
        await (await StartAsync()).DisposeAsync();
        var text = await File.ReadAllTextAsync(AdminFile, Cancel);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(AdminFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        await using var vault = await StartAsync();

        Assert.Equal(text, await File.ReadAllTextAsync(AdminFile, Cancel));
        Assert.NotNull(vault.Authenticate(text.Trim()));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(AdminFile));
    }

    [Fact]
    public async Task A_deleted_file_is_created_again_and_its_old_token_ends()
    {
        await (await StartAsync()).DisposeAsync();
        var old = (await File.ReadAllTextAsync(AdminFile, Cancel)).Trim();
        File.Delete(AdminFile);

        await using var vault = await StartAsync();

        Assert.Null(vault.Authenticate(old));
        Assert.NotNull(vault.Authenticate((await File.ReadAllTextAsync(AdminFile, Cancel)).Trim()));
    }

    [Fact]
    public async Task The_file_is_taken_over_by_a_new_database()
    {
        await (await StartAsync()).DisposeAsync();
        var text = (await File.ReadAllTextAsync(AdminFile, Cancel)).Trim();
        _store = new MemoryTokenStore();

        await using var vault = await StartAsync();

        Assert.Equal(TokenKind.Admin, vault.Authenticate(text)!.Kind);
    }

    [Fact]
    public async Task A_revoked_token_does_not_come_back_because_its_file_is_still_there()
    {
        await using (var before = await StartAsync())
            await before.RevokeAsync([BootstrapTokens.AdminId], Cancel);
        var old = (await File.ReadAllTextAsync(AdminFile, Cancel)).Trim();

        await using var vault = await StartAsync();

        Assert.Null(vault.Authenticate(old));
        Assert.NotNull(vault.Authenticate((await File.ReadAllTextAsync(AdminFile, Cancel)).Trim()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("password")]
    [InlineData("parley_join_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task A_file_without_an_admin_token_is_not_accepted(string text)
    {
        Directory.CreateDirectory(_folder);
        await File.WriteAllTextAsync(AdminFile, text, Cancel);

        await using var vault = await StartAsync();

        Assert.Null(vault.Authenticate(text));
        Assert.Equal(TokenKind.Admin, vault.Authenticate((await File.ReadAllTextAsync(AdminFile, Cancel)).Trim())!.Kind);
    }

    private async Task<TokenVault> StartAsync()
    {
        var vault = new TokenVault(_store, _clock, NullLogger<TokenVault>.Instance);
        await vault.LoadAsync(Cancel);
        await new BootstrapTokens(vault, _store, NullLogger<BootstrapTokens>.Instance).EnsureAsync(_folder, isShared: false, Cancel);
        return vault;
    }
}
