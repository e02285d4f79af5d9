using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Parley.Server.Storage.Sqlite;

/// <summary>A file layer for the writer's connection that writes a commit to the write-ahead log in one piece.</summary>
/// <remarks>
/// <para>SQLite writes each page of a commit to its log with two system calls, one for the frame's header and one for the page, and then requests the
/// fsync. This layer gathers contiguous writes and writes them before that fsync, and before any other operation on the file. All other files are
/// left to the system's layer.</para>
/// <para>If the fsync of a commit fails, the commit is refused, but it is still in the file, and the next start would accept it. So its first frame
/// is overwritten, which ends the log there. If that fails too, the outcome is unknown: <see cref="TakeDoubt"/>.</para>
/// <para>Only for connections with <c>synchronous = FULL</c>: other connections read a commit from the file as soon as it is in the log's shared
/// index, where SQLite enters it after the fsync. Without an fsync, it would be entered before it is in the file.</para>
/// <para>The structures are described at https://sqlite.org/c3ref/vfs.html, file.html, and io_methods.html.</para>
/// </remarks>
internal static unsafe class WalBatchingVfs
{
    /// <summary>31 pages. The most that SQLite's Unix layer writes in one call (seekAndWriteFd in os_unix.c); the rest takes another call.</summary>
    private const int Room = 0x1ffff;

    /// <summary>SQLITE_OPEN_WAL.</summary>
    private const int OpenLog = 0x80000;

    private static readonly FileLayer* SystemLayer = (FileLayer*)Sqlite3.FindFileLayer(0);
    private static readonly FileMethods* Methods = MakeMethods();
    private static readonly FileLayer* OwnLayer = MakeLayer();

    /// <summary>The headers of the log (32 bytes) and of a frame (24 bytes) start with the fields that make them valid.</summary>
    private const int Header = 32;

    [ThreadStatic]
    private static bool _isInDoubt;

    /// <summary>For tests: the result of the next fsync on this thread, instead of the disk's; 0 uses the disk.</summary>
    [field: ThreadStatic]
    internal static Func<int>? SyncFault { get; set; }

    /// <summary>Whether the commit that just failed on this thread may still be there after a power failure. Reading it resets it.</summary>
    internal static bool TakeDoubt()
    {
        var isInDoubt = _isInDoubt;
        _isInDoubt = false;
        return isInDoubt;
    }

    /// <summary>The layer's name, ending in a zero byte, as <c>sqlite3_open_v2</c> takes it.</summary>
    internal static nint Name => (nint)OwnLayer->Name;

    /// <summary>A copy of the system's layer with another name and another way to open a log.</summary>
    private static FileLayer* MakeLayer()
    {
        var own = Kept<FileLayer>();
        *own = *SystemLayer;
        own->Version = Math.Min(own->Version, 3);
        own->FileSize += sizeof(File);
        own->Next = null;
        own->Name = (byte*)Marshal.StringToCoTaskMemUTF8("parley-gathered-log");
        own->Open = &Open;
        if (Sqlite3.RegisterFileLayer((nint)own, 0) != Sqlite3.Ok)
            throw new InvalidOperationException("SQLite does not take a layer of its files.");
        return own;
    }

    private static FileMethods* MakeMethods()
    {
        var methods = Kept<FileMethods>();
        *methods = new FileMethods
        {
            Version = 1,
            Close = &Close,
            Read = &Read,
            Write = &Write,
            Truncate = &Truncate,
            Sync = &Sync,
            FileSize = &FileSize,
            Lock = &Lock,
            Unlock = &Unlock,
            CheckReservedLock = &CheckReservedLock,
            FileControl = &FileControl,
            SectorSize = &SectorSize,
            DeviceCharacteristics = &DeviceCharacteristics,
        };
        return methods;
    }

    /// <summary>Allocates memory that SQLite uses until the process ends.</summary>
    private static T* Kept<T>()
        where T : unmanaged => (T*)NativeMemory.AllocZeroed((nuint)sizeof(T));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(FileLayer* layer, byte* name, File* file, int flags, int* outFlags)
    {
        if ((flags & OpenLog) == 0)
            return SystemLayer->Open(SystemLayer, name, file, flags, outFlags);

        *file = default;
        file->Unsynced = long.MaxValue;
        var code = SystemLayer->Open(SystemLayer, name, file->Inner, flags, outFlags);
        // SQLite also closes a file that could not be opened if it has methods.
        if (code == Sqlite3.Ok)
            file->Methods = Methods;
        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(File* file)
    {
        var written = file->Flush();
        NativeMemory.Free(file->Gathered);
        var closed = file->Inner->Methods->Close(file->Inner);
        return written == Sqlite3.Ok ? closed : written;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(File* file, byte* bytes, int count, long offset)
    {
        file->Unsynced = Math.Min(file->Unsynced, offset);
        if (offset != file->Offset + file->Length || file->Length + count > Room)
        {
            var code = file->Flush();
            if (code != Sqlite3.Ok)
                return code;
            file->Offset = offset;
        }

        if (count > Room)
            return file->Inner->Methods->Write(file->Inner, bytes, count, offset);
        if (file->Gathered is null)
            file->Gathered = (byte*)NativeMemory.Alloc(Room);
        new ReadOnlySpan<byte>(bytes, count).CopyTo(new Span<byte>(file->Gathered + file->Length, count));
        file->Length += count;
        return Sqlite3.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(File* file, byte* bytes, int count, long offset) =>
        file->Flush() is not Sqlite3.Ok and var code ? code : file->Inner->Methods->Read(file->Inner, bytes, count, offset);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(File* file, long size) =>
        file->Flush() is not Sqlite3.Ok and var code ? code : file->Inner->Methods->Truncate(file->Inner, size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(File* file, int flags)
    {
        var code = file->Flush();
        if (code == Sqlite3.Ok)
            code = file->SyncInner(flags);
        if (code == Sqlite3.Ok)
            file->Unsynced = long.MaxValue;
        else
            _isInDoubt = !file->TakeBack(flags);
        return code;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileSize(File* file, long* size) =>
        file->Flush() is not Sqlite3.Ok and var code ? code : file->Inner->Methods->FileSize(file->Inner, size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Lock(File* file, int level) => file->Inner->Methods->Lock(file->Inner, level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Unlock(File* file, int level) => file->Inner->Methods->Unlock(file->Inner, level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckReservedLock(File* file, int* isReserved) => file->Inner->Methods->CheckReservedLock(file->Inner, isReserved);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileControl(File* file, int operation, void* argument) =>
        file->Flush() is not Sqlite3.Ok and var code ? code : file->Inner->Methods->FileControl(file->Inner, operation, argument);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SectorSize(File* file) => file->Inner->Methods->SectorSize(file->Inner);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DeviceCharacteristics(File* file) => file->Inner->Methods->DeviceCharacteristics(file->Inner);

    /// <summary>This layer's sqlite3_file, followed by the system's, of which only the methods are used.</summary>
    private struct File
    {
        internal FileMethods* Methods;

        /// <summary>The bytes to write at <see cref="Offset"/>; null until there are some.</summary>
        internal byte* Gathered;
        internal long Offset;
        internal int Length;

        /// <summary>The offset from which the data may not be on disk yet.</summary>
        internal long Unsynced;

        internal File* Inner => (File*)Unsafe.AsPointer(ref this) + 1;

        internal int SyncInner(int flags) => SyncFault?.Invoke() is { } fault and not Sqlite3.Ok ? fault : Inner->Methods->Sync(Inner, flags);

        /// <summary>Removes from the log what may not be on disk.</summary>
        /// <returns>False if the disk refuses that too.</returns>
        internal bool TakeBack(int flags)
        {
            if (Unsynced == long.MaxValue)
                return true;
            var nothing = stackalloc byte[Header];
            new Span<byte>(nothing, Header).Clear();
            if (Inner->Methods->Write(Inner, nothing, Header, Unsynced) != Sqlite3.Ok || SyncInner(flags) != Sqlite3.Ok)
                return false;
            Unsynced = long.MaxValue;
            return true;
        }

        /// <summary>Writes the gathered bytes. If the write is refused, they are dropped, because SQLite rolls back a commit that fails.</summary>
        internal int Flush()
        {
            var (length, offset) = (Length, Offset);
            if (length == 0)
                return Sqlite3.Ok;
            Offset += length;
            Length = 0;
            return Inner->Methods->Write(Inner, Gathered, length, offset);
        }
    }

    /// <summary>sqlite3_io_methods, the part that a log uses.</summary>
    private struct FileMethods
    {
        internal int Version;
        internal delegate* unmanaged[Cdecl]<File*, int> Close;
        internal delegate* unmanaged[Cdecl]<File*, byte*, int, long, int> Read;
        internal delegate* unmanaged[Cdecl]<File*, byte*, int, long, int> Write;
        internal delegate* unmanaged[Cdecl]<File*, long, int> Truncate;
        internal delegate* unmanaged[Cdecl]<File*, int, int> Sync;
        internal delegate* unmanaged[Cdecl]<File*, long*, int> FileSize;
        internal delegate* unmanaged[Cdecl]<File*, int, int> Lock;
        internal delegate* unmanaged[Cdecl]<File*, int, int> Unlock;
        internal delegate* unmanaged[Cdecl]<File*, int*, int> CheckReservedLock;
        internal delegate* unmanaged[Cdecl]<File*, int, void*, int> FileControl;
        internal delegate* unmanaged[Cdecl]<File*, int> SectorSize;
        internal delegate* unmanaged[Cdecl]<File*, int> DeviceCharacteristics;
    }

#pragma warning disable CS0649 // SQLite fills in and calls the rest.
    /// <summary>sqlite3_vfs, version 3, of which only the open function is called here.</summary>
    private struct FileLayer
    {
        internal int Version;
        internal int FileSize;
        internal int LongestPath;
        internal FileLayer* Next;
        internal byte* Name;
        internal void* Context;
        internal delegate* unmanaged[Cdecl]<FileLayer*, byte*, File*, int, int*, int> Open;
        internal nint Delete, Access, FullPathName, LibraryOpen, LibraryError, LibrarySymbol, LibraryClose, Randomness, Sleep, CurrentTime, LastError;
        internal nint CurrentTimeInt64;
        internal nint SetSystemCall, GetSystemCall, NextSystemCall;
    }
#pragma warning restore CS0649
}
