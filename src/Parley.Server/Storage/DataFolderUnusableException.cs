using Parley.Server.Settings;

namespace Parley.Server.Storage;

/// <summary>The disk refuses a read or write at the start: it is full, or the user has no permission.</summary>
internal sealed class DataFolderUnusableException(string folder, Exception reason) : StartRefusedException(
    File.Exists(folder)
        ? $"The data folder '{folder}' is a file. Name a folder with --data."
        : $"The data folder '{folder}' cannot be used: {Words(reason)}. "
            + "Free some space on its disk and let this user write there, or name another folder with --data.",
    reason)
{
    // The innermost exception says more, except for a missing permission: there, the file's name is only in the outer one.
    private static string Words(Exception reason) => (reason is UnauthorizedAccessException ? reason : reason.GetBaseException()).Message.TrimEnd('.');
}
