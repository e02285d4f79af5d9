using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Parley.Server.Files;

/// <summary>Locks a file itself, whatever name it was opened under: a link, another path to its folder, or a former name. Released on disposal, and
/// when the process ends for any reason.</summary>
/// <remarks>An open file description lock, far beyond the bytes that SQLite locks, so it does not interfere with SQLite or with copying the file.
/// Only on Linux; elsewhere, there is only the lock file next to the database, under the name that links resolve to.</remarks>
internal sealed partial class InodeLock : IDisposable
{
    private const int SetLock = 37;
    private const short Exclusive = 1;

    /// <summary>SQLite's locks are around the first gigabyte; no file reaches to here.</summary>
    private const long Place = 1L << 62;

    private readonly SafeFileHandle _file;

    private InodeLock(SafeFileHandle file) => _file = file;

    private static bool IsThere => OperatingSystem.IsLinux() && Environment.Is64BitProcess;

    /// <summary>Take it before SQLite opens the file, and dispose it after SQLite has closed it: closing the file here drops SQLite's locks on it in
    /// this process.</summary>
    /// <returns>Null if there is nothing to lock: no such file, or another operating system.</returns>
    /// <exception cref="FileHeldException">Another process holds it.</exception>
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
        // A file system without such locks: relies on the lock file.
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
