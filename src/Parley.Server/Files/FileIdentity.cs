using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Parley.Server.Files;

/// <summary>The identity of the file with a name: its device and its inode number.</summary>
/// <param name="Device">Of the file system.</param>
/// <param name="Number">The inode.</param>
internal readonly partial record struct FileIdentity(ulong Device, ulong Number)
{
    /// <summary>Whether this system provides it. Windows does not, but there an open file cannot be removed.</summary>
    internal static bool IsKnown { get; } = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    /// <summary>Follows links. Opens nothing, because closing a file would drop SQLite's locks on it in this process.</summary>
    /// <returns>Null if there is no such file, or its identity is unknown.</returns>
    internal static unsafe FileIdentity? Of(string path)
    {
        if (!IsKnown)
            return null;
        var answer = default(Answer);
        if (OperatingSystem.IsLinux())
        {
            const int currentFolder = -100;
            const uint number = 0x100;
            return StatX(currentFolder, path, 0, number, &answer) == 0
                ? new FileIdentity(((ulong)Part<uint>(answer, 0x88) << 32) | Part<uint>(answer, 0x8c), Part<ulong>(answer, 0x20))
                : null;
        }

        var code = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? Stat(path, &answer) : Stat64(path, &answer);
        return code == 0 ? new FileIdentity(Part<uint>(answer, 0), Part<ulong>(answer, 8)) : null;
    }

    private static T Part<T>(in Answer answer, int at)
        where T : unmanaged => MemoryMarshal.Read<T>(((ReadOnlySpan<byte>)answer)[at..]);

    /// <summary>The same on every processor, unlike that of <c>stat</c>: https://man7.org/linux/man-pages/man2/statx.2.html.</summary>
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int StatX(int folder, string path, int flags, uint mask, Answer* answer);

    [LibraryImport("libc", EntryPoint = "stat", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Stat(string path, Answer* answer);

    /// <summary>The name on Intel's macOS, whose older one has inodes of 32 bits.</summary>
    [LibraryImport("libc", EntryPoint = "stat$INODE64", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Stat64(string path, Answer* answer);

    /// <summary>At least as long as what either system writes.</summary>
    [InlineArray(256)]
    private struct Answer
    {
        private byte _first;
    }
}
