using Parley.Server.Settings;
using Parley.Server.Storage;

namespace Parley.Server.ExportImport;

/// <summary>A store is only partly filled. A server would serve a part of the data as if it were everything.</summary>
internal sealed class ImportUnfinishedException(string where) : StartRefusedException(
    $"An import into {where} was started and is not finished. Run the same 'parley import' again to continue it, or name another database.");

/// <summary>Why a store cannot be moved from or to, in the same words for every store.</summary>
internal static class StoreRefusals
{
    internal static TransferRefusedException NotEmpty(string where, IEnumerable<(string What, long Count)> found) => new(
        TransferRefusal.Conflict,
        $"An import needs an empty database, and {where} has {string.Join(", ", found.Select(one => FormattableString.Invariant($"{one.Count} {one.What}")))}. Nothing was changed; name another database.");

    /// <param name="found">What it is, and its name.</param>
    internal static TransferRefusedException Foreign(string where, string found) => new(
        TransferRefusal.Conflict, $"An import needs an empty database, and {where} belongs to another program: it has a {found}. Nothing was changed; name another database.");

    internal static TransferRefusedException InUse(string where, Exception? reason = null) => new(
        TransferRefusal.Conflict, $"A server is using {where}. Stop it first; nothing was changed.", reason);

    /// <summary>Locks a folder and a database while something is stored there.</summary>
    /// <exception cref="TransferRefusedException">A server uses one of them.</exception>
    internal static DataFolderLock Take(string folder, string database, bool isMade)
    {
        try
        {
            return DataFolderLock.Take(folder, database, isMade);
        }
        catch (StoreInUseException used)
        {
            throw InUse(used.Where, used);
        }
    }

    internal static TransferRefusedException Missing(string where) => new(TransferRefusal.NotFound, $"There is no database {where}. Name its folder with --data, or its address with --database.");

    internal static TransferRefusedException Unfinished(string where) => new(TransferRefusal.Conflict, new ImportUnfinishedException(where).Message);

    internal static TransferRefusedException OlderSchema(string where) => new(
        TransferRefusal.Conflict, $"{where} was last used by an older Parley. Start 'parley serve' on it once to upgrade it, and try again.");

    internal static TransferRefusedException DoesNotFit(Exception reason) => new(
        TransferRefusal.Damaged, $"The export has data that no store can have, so it was altered. {reason.Message}", reason);
}
