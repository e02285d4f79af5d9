using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Storage;

namespace Parley.Server.Security;

/// <summary>The two tokens without which nobody could begin: <c>admin.token</c> and <c>join.token</c> in the data folder, readable by its
/// owner only. The file decides: deleted, a new token is made and the old one ends; there without its row (a new database), it is taken
/// over again.</summary>
internal sealed partial class BootstrapTokens(TokenVault vault, ITokenStore store, ILogger<BootstrapTokens> logger)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public const string AdminId = "first-admin";
    public const string JoinId = "first-join";

    /// <summary>Whether a token is one of the first ones, whose revocation is remembered for as long as there may be a file with it.</summary>
    public static bool IsFirst(string tokenId) => tokenId.StartsWith(AdminId, StringComparison.Ordinal) || tokenId.StartsWith(JoinId, StringComparison.Ordinal);

    public static string AdminFile(string dataFolder) => Path.Combine(dataFolder, "admin.token");

    public static string JoinFile(string dataFolder) => Path.Combine(dataFolder, "join.token");

    /// <summary>Makes a folder that only its owner can open; one that is there keeps its mode.</summary>
    public static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
    }

    /// <summary>Sees to it that both files are there and in force. Called once, after the vault is loaded.</summary>
    /// <param name="isShared">Other servers, with data folders of their own, use the same store: each folder has its own two tokens, all of
    /// which open every node.</param>
    public async Task EnsureAsync(string dataFolder, bool isShared, CancellationToken cancellationToken)
    {
        MakeFolder(dataFolder);
        var kept = await store.LoadAsync(cancellationToken);
        var suffix = isShared ? $"-{DataFolderName.ReadOrMake(dataFolder)}" : "";
        await EnsureAsync(new TokenOrder(TokenKind.Admin) { TokenId = AdminId + suffix }, AdminFile(dataFolder), kept, cancellationToken);
        await EnsureAsync(
            new TokenOrder(TokenKind.Join) { TokenId = JoinId + suffix, ProjectId = Scope.DefaultProject }, JoinFile(dataFolder), kept, cancellationToken);
    }

    private async Task EnsureAsync(TokenOrder order, string file, IReadOnlyList<StoredToken> kept, CancellationToken cancellationToken)
    {
        var text = File.Exists(file) ? (await File.ReadAllTextAsync(file, cancellationToken)).Trim() : null;
        var row = kept.FirstOrDefault(token => token.TokenId == order.TokenId);
        if (text is not null && TokenText.IsToken(text, order.Kind))
        {
            // Copied from the folder of another node, perhaps: then it has its row already.
            row = kept.FirstOrDefault(token => token.Kind == order.Kind && token.Hash.Equals(TokenHash.Of(text))) ?? row;
            if (row is { RevokedAt: null } && row.Hash.Equals(TokenHash.Of(text)))
            {
                Protect(file);
                return;
            }

            // A token that was revoked does not come back because its file is still there.
            if (row is null || !row.Hash.Equals(TokenHash.Of(text)))
            {
                await vault.AdoptAsync(order, text, cancellationToken);
                Protect(file);
                return;
            }
        }

        var made = await vault.IssueAsync(order, cancellationToken);
        await WriteAsync(file, made.Token, cancellationToken);
        Log.Written(logger, order.Kind, file);
    }

    private static async Task WriteAsync(string file, string token, CancellationToken cancellationToken)
    {
        // Beside it and renamed: a reader never finds half a token, and the mode is right from the first byte.
        var fresh = $"{file}.new";
        File.Delete(fresh);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        await using (var stream = new StreamWriter(fresh, options))
            await stream.WriteAsync($"{token}\n".AsMemory(), cancellationToken);
        File.Move(fresh, file, overwrite: true);
    }

    private static void Protect(string file)
    {
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(file) != OwnerOnly)
            File.SetUnixFileMode(file, OwnerOnly);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The first {Kind} token is in {File}.")]
        public static partial void Written(ILogger logger, TokenKind kind, string file);
    }
}
