using System.Security.Cryptography;
using Parley.Server.Files;

namespace Parley.Server.Security;

/// <summary>The key that signs tickets, in a file of its own beside a SQLite database: who has only a copy of the database signs nothing.</summary>
internal static class TicketKeyFile
{
    internal const string Name = "ticket.key";

    private const int Bytes = 32;

    /// <summary>Reads the key; where there is none, or what is there is no key, makes one.</summary>
    internal static async Task<byte[]> ReadOrMakeAsync(string folder, CancellationToken cancellationToken)
    {
        OwnerOnly.MakeFolder(folder);
        var file = Path.Combine(folder, Name);
        if (File.Exists(file))
        {
            OwnerOnly.Close(file);
            var text = (await File.ReadAllTextAsync(file, cancellationToken)).Trim();
            var key = new byte[Bytes];
            if (text.Length == 2 * Bytes && Convert.FromHexString(text, key, out _, out _) == System.Buffers.OperationStatus.Done)
                return key;
        }

        // Beside it and renamed: half a key is never found.
        var made = RandomNumberGenerator.GetBytes(Bytes);
        var fresh = $"{file}.new";
        File.Delete(fresh);
        await OwnerOnly.WriteAsync(fresh, $"{Convert.ToHexStringLower(made)}\n", cancellationToken);
        File.Move(fresh, file, overwrite: true);
        return made;
    }
}
