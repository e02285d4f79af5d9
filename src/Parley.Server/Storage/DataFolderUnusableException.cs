using Parley.Server.Settings;

namespace Parley.Server.Storage;

/// <summary>The disk refuses what a start has to write or read: it is full, or this user may not.</summary>
internal sealed class DataFolderUnusableException(string folder, Exception reason) : StartRefusedException(
    File.Exists(folder)
        ? $"The data folder '{folder}' is a file. Name a folder with --data."
        : $"The data folder '{folder}' cannot be used: {Words(reason)}. "
            + "Make room on its disk and let this user write there, or name another folder with --data.",
    reason)
{
    // Of the innermost alone where that says more; that of a right that is missing has lost the name of the file.
    private static string Words(Exception reason) => (reason is UnauthorizedAccessException ? reason : reason.GetBaseException()).Message.TrimEnd('.');
}
