using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Parley.Server.Files;

/// <summary>Holds a file itself, by whichever of its names it was found: a link, another path to its folder, a name that it had before. Free again
/// when it is disposed of, and when the process ends in whatever way.</summary>
/// <remarks>A lock of the open file description, far behind the bytes that SQLite locks: neither it nor whoever copies the file meets it. Only on
/// Linux; elsewhere the lock file beside the database has to do, by the name that links lead to.</remarks>
internal sealed partial class InodeLock : IDisposable
{
    private const int SetLock = 37;
    private const short Exclusive = 1;

    /// <summary>SQLite's locks are around the first gigabyte; no file reaches to here.</summary>
    private const long Place = 1L << 62;

    private readonly SafeFileHandle _file;

    private InodeLock(SafeFileHandle file) => _file = file;

    private static bool IsThere => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>To be taken before SQLite opens the file, and to be disposed of after it has closed it: closing it here takes away the locks that
    /// SQLite has on it in this process.</summary>
    /// <returns>Null where there is nothing to hold: no such file, or another system.</returns>
    /// <exception cref="FileHeldException">Another has it.</exception>
    internal static unsafe InodeLock? Take(string path)
    {
        if (!IsThere || !File.Exists(path))
            return null;
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        var region = new Region { Type = Exclusive, Start = Place, Length = 1 };
        if (Control(file, SetLock, &region) == 0)
            return new InodeLock(file);
        var error = Marshal.GetLastPInvokeError();
        file.Dispose();
        const int again = 11, access = 13;
        // A file system without such locks: the lock file has to do.
        return error is again or access ? throw new FileHeldException(path) : null;
    }

    public void Dispose() => _file.Dispose();

    // It takes a variable number of arguments, which on Linux is called like any other.
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static unsafe partial int Control(SafeFileHandle file, int command, Region* region);

    /// <summary><c>struct flock</c> where a pointer has 64 bits.</summary>
    private struct Region
    {
        internal short Type;
        internal short From;
        internal long Start;
        internal long Length;
        internal int Process;
    }
}

/// <summary>Another process holds the file.</summary>
internal sealed class FileHeldException(string path) : IOException($"{path} is held by another process.");
