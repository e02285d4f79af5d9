using System.Runtime.InteropServices;

namespace Parley.Server.Limits;

/// <summary>How many files and sockets this process may have open.</summary>
internal static partial class DescriptorLimit
{
    /// <summary>Kept for what is opened later: the database's readers, logs, and connections that the server makes itself.</summary>
    private const long Reserve = 192;

    private const int LinuxNumber = 7;
    private const int MacNumber = 8;

    /// <summary>Connections that can be taken so that files can still be opened. Asked of the system once, which is also asked for as many as
    /// it allows.</summary>
    internal static long Connections { get; } = OfConnections(Raise(), Open());

    /// <param name="descriptors">Null: the system sets no limit.</param>
    /// <param name="open">Those that are in use: a program that is not native has its own files open.</param>
    internal static long OfConnections(long? descriptors, int open) =>
        descriptors is { } most ? Math.Max(most / 4, most - open - Reserve) : int.MaxValue;

    private static int Open() => Directory.Exists("/dev/fd") ? Directory.GetFileSystemEntries("/dev/fd").Length : 0;

    private static long? Raise()
    {
        var number = OperatingSystem.IsLinux() ? LinuxNumber : OperatingSystem.IsMacOS() ? MacNumber : -1;
        if (number < 0 || Get(number, out var limit) != 0)
            return null;
        // What shells give is far below what the system allows; macOS takes less than it says.
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
