using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Parley.Server.Files;

/// <summary>Which file stands under a name, whatever it is called: its device and its number there.</summary>
/// <param name="Device">Of the file system.</param>
/// <param name="Number">The inode.</param>
internal readonly partial record struct FileIdentity(ulong Device, ulong Number)
{
    /// <summary>Whether this system says it. Windows does not, and there a file that is open cannot be taken away.</summary>
    internal static bool IsKnown { get; } = OperatingSystem.IsLinux() || OperatingSystem.IsMacOS();

    /// <summary>Follows links. Opens nothing: to close a file again would take from SQLite the locks that this process has on it.</summary>
    /// <returns>Null when there is none of that name, or nothing is known of it.</returns>
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

    /// <summary>The same on every processor, which that of <c>stat</c> is not: https://man7.org/linux/man-pages/man2/statx.2.html.</summary>
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
