using System.Security.Cryptography;
using System.Text;

namespace Parley.Server.Security;

/// <summary>The secret that tickets are signed with: the setting <c>secret_key</c>, or else a random one. Each purpose has its own key, derived from
/// it, so that what is signed for one is worth nothing for another.</summary>
internal sealed class SigningKey(ITokenStore store)
{
    private byte[][] _keys = [];

    /// <summary>Reads the secret, or makes it. Called once, before the first request.</summary>
    /// <param name="secretKey">The setting <c>secret_key</c>; null for a random key.</param>
    /// <param name="keyFolder">The folder for the file of the random key; null if nodes share it in the store.</param>
    public async Task LoadAsync(string? secretKey, string? keyFolder, CancellationToken cancellationToken)
    {
        var secret = secretKey is not null ? Encoding.UTF8.GetBytes(secretKey)
            : keyFolder is not null ? await TicketKeyFile.ReadOrMakeAsync(keyFolder, cancellationToken)
            : await store.KeepKeyAsync("tickets", RandomNumberGenerator.GetBytes(32), cancellationToken);
        _keys = [Derive(secret, "parley tickets"u8), Derive(secret, "parley sign-in"u8)];
    }

    internal ReadOnlySpan<byte> Of(KeyPurpose purpose) => _keys[(int)purpose];

    private static byte[] Derive(byte[] secret, ReadOnlySpan<byte> info) => HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: info.ToArray());
}

/// <summary>What a key signs.</summary>
internal enum KeyPurpose
{
    /// <summary>Tickets that open streams and sockets.</summary>
    Tickets,

    /// <summary>Tickets of sign-in links.</summary>
    SignIn,
}
