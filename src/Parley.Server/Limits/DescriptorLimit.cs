using System.Runtime.InteropServices;

namespace Parley.Server.Limits;

/// <summary>How many files and sockets this process may have open.</summary>
internal static partial class DescriptorLimit
{
    /// <summary>Reserved for files that are opened later: the database's readers, logs, and the server's own outgoing connections.</summary>
    private const long Reserve = 192;

    private const int LinuxNumber = 7;
    private const int MacNumber = 8;

    /// <summary>The number of connections that still leaves room to open files. Queries the system once, after raising the limit as far as it
    /// allows.</summary>
    internal static long Connections { get; } = OfConnections(Raise(), Open());

    /// <param name="descriptors">Null if the system sets no limit.</param>
    /// <param name="open">Descriptors in use: a program that is not native has additional files open.</param>
    internal static long OfConnections(long? descriptors, int open) =>
        descriptors is { } most ? Math.Max(most / 4, most - open - Reserve) : int.MaxValue;

    private static int Open() => Directory.Exists("/dev/fd") ? Directory.GetFileSystemEntries("/dev/fd").Length : 0;

    private static long? Raise()
    {
        var number = OperatingSystem.IsLinux() ? LinuxNumber : OperatingSystem.IsMacOS() ? MacNumber : -1;
        if (number < 0 || Get(number, out var limit) != 0)
            return null;
        // Shells set a limit far below what the system allows; macOS accepts less than it reports.
        if (OperatingSystem.IsLinux() && limit.Soft < limit.Hard && Set(number, limit with { Soft = limit.Hard }) == 0)
            limit = limit with { Soft = limit.Hard };
        return limit.Soft > int.MaxValue ? null : (long)limit.Soft;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int Get(int resource, out Pair limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int Set(int resource, in Pair limit);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Pair
    {
        public ulong Soft { get; init; }

        public ulong Hard { get; init; }
    }
}
