using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Files;
using Parley.Server.Storage;

namespace Parley.Server.Security;

/// <summary>The two tokens without which nobody could start: <c>admin.token</c> and <c>join.token</c> in the data folder, readable only by its owner.
/// The file decides. If it was deleted, a new token is created and the old one ends. If it exists but its row does not (a new database), its token is
/// adopted.</summary>
internal sealed partial class BootstrapTokens(TokenVault vault, ITokenStore store, ILogger<BootstrapTokens> logger)
{
    public const string AdminId = "first-admin";
    public const string JoinId = "first-join";

    /// <summary>Whether a token is one of the first tokens. Their revocation is remembered for as long as a file with the token may exist.</summary>
    public static bool IsFirst(string tokenId) => tokenId.StartsWith(AdminId, StringComparison.Ordinal) || tokenId.StartsWith(JoinId, StringComparison.Ordinal);

    public static string AdminFile(string dataFolder) => Path.Combine(dataFolder, "admin.token");

    public static string JoinFile(string dataFolder) => Path.Combine(dataFolder, "join.token");

    /// <summary>Makes sure that both files exist and their tokens are valid. Called once, after the vault is loaded.</summary>
    /// <param name="isShared">Whether other servers with their own data folders use the same store. Each folder then has its own two tokens, which
    /// work on every node.</param>
    public async Task EnsureAsync(string dataFolder, bool isShared, CancellationToken cancellationToken)
    {
        OwnerOnly.MakeFolder(dataFolder);
        var kept = await store.LoadAsync(cancellationToken);
        var suffix = isShared ? $"-{await DataFolderName.ReadOrMakeAsync(dataFolder, cancellationToken)}" : "";
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
            // It may be a copy from another node's folder, in which case it already has a row.
            row = kept.FirstOrDefault(token => token.Kind == order.Kind && token.Hash.Equals(TokenHash.Of(text))) ?? row;
            if (row is { RevokedAt: null } && row.Hash.Equals(TokenHash.Of(text)))
            {
                OwnerOnly.Close(file);
                return;
            }

            // A revoked token does not come back just because its file still exists.
            if (row is null || !row.Hash.Equals(TokenHash.Of(text)))
            {
                await vault.AdoptAsync(order, text, cancellationToken);
                OwnerOnly.Close(file);
                return;
            }
        }

        var made = await vault.IssueAsync(order, cancellationToken);
        await WriteAsync(file, made.Token, cancellationToken);
        Log.Written(logger, order.Kind, file);
    }

    private static async Task WriteAsync(string file, string token, CancellationToken cancellationToken)
    {
        // Written to a new file and renamed, so that nobody reads half a token, and the file's mode is right from the first byte.
        var fresh = $"{file}.new";
        File.Delete(fresh);
        await OwnerOnly.WriteAsync(fresh, $"{token}\n", cancellationToken);
        File.Move(fresh, file, overwrite: true);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The first {Kind} token is in {File}.")]
        public static partial void Written(ILogger logger, TokenKind kind, string file);
    }
}
