using Parley.Server.Settings;

namespace Parley.Server.Storage;

/// <summary>The disk refuses what a start has to write or read: it is full, or this user may not.</summary>
internal sealed class DataFolderUnusableException(string folder, Exception reason) : StartRefusedException(
    $"The data folder '{folder}' can not be used: {reason.GetBaseException().Message}. Make room on its disk, and let this user write there.", reason);
