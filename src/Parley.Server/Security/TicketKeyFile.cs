using System.Security.Cryptography;
using Parley.Server.Files;

namespace Parley.Server.Security;

/// <summary>The key that signs tickets, in a separate file next to a SQLite database, so a copy of the database alone cannot sign anything.</summary>
internal static class TicketKeyFile
{
    internal const string Name = "ticket.key";

    private const int Bytes = 32;

    /// <summary>Reads the key, or creates one if there is none or the file does not contain a key.</summary>
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

        // Written to a temporary file and renamed, so that nobody reads half a key.
        var made = RandomNumberGenerator.GetBytes(Bytes);
        var fresh = $"{file}.new";
        File.Delete(fresh);
        await OwnerOnly.WriteAsync(fresh, $"{Convert.ToHexStringLower(made)}\n", cancellationToken);
        File.Move(fresh, file, overwrite: true);
        return made;
    }
}
