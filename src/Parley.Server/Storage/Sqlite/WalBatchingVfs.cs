using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Parley.Server.Storage.Sqlite;

/// <summary>A file layer for the writer's connection that writes a commit to the write-ahead log in one piece.</summary>
/// <remarks>
/// <para>SQLite writes each page of a commit to its log by two calls of the system, one for the frame's header and one for the page, and then
/// asks for the fsync. Here what follows on in the file is gathered and written before that fsync, and before anything else is asked of the file.
/// All other files are left to the system's layer.</para>
/// <para>A commit whose fsync fails is refused, and yet stands in the file: the next start would take it for one. So its first frame is overwritten,
/// which ends the log there. Where that fails too, nobody knows: <see cref="TakeDoubt"/>.</para>
/// <para>Only for connections with <c>synchronous = FULL</c>: others read a commit from the file as soon as it is in the shared index of the log,
/// where SQLite enters it after the fsync. Without one it would be entered before it is in the file.</para>
/// <para>The structures are those of https://sqlite.org/c3ref/vfs.html, file.html and io_methods.html there.</para>
/// </remarks>
internal static unsafe class WalBatchingVfs
{
    /// <summary>31 pages. The most that SQLite's layer for Unix takes by one call (seekAndWriteFd in os_unix.c); of more it takes the remainder.</summary>
    private const int Room = 0x1ffff;

    /// <summary>SQLITE_OPEN_WAL.</summary>
    private const int OpenLog = 0x80000;

    private static readonly FileLayer* SystemLayer = (FileLayer*)Sqlite3.FindFileLayer(0);
    private static readonly FileMethods* Methods = MakeMethods();
    private static readonly FileLayer* OwnLayer = MakeLayer();

    /// <summary>The headers of the log (32 bytes) and of a frame (24) begin with what makes them valid.</summary>
    private const int Header = 32;

    [ThreadStatic]
    private static bool _isInDoubt;

    /// <summary>A disk that fails, for tests: asked on this thread instead of it; 0: the disk is asked.</summary>
    [field: ThreadStatic]
    internal static Func<int>? SyncFault { get; set; }

    /// <summary>Whether the commit that failed just now on this thread may be there after a power cut all the same. Asked once.</summary>
    internal static bool TakeDoubt()
    {
        var isInDoubt = _isInDoubt;
        _isInDoubt = false;
        return isInDoubt;
    }

    /// <summary>The layer's name, ended by a zero, as <c>sqlite3_open_v2</c> takes it.</summary>
    internal static nint Name => (nint)OwnLayer->Name;

    /// <summary>The system's, under another name, with another way to open a log.</summary>
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

    /// <summary>Memory that SQLite refers to until the process ends.</summary>
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
        // SQLite closes what could not be opened too, where it has methods.
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

    /// <summary>sqlite3_file as this layer has it. Of the system's, which lies behind it, only the methods are known here.</summary>
    private struct File
    {
        internal FileMethods* Methods;

        /// <summary>What is to be written at <see cref="Offset"/>; null until something is.</summary>
        internal byte* Gathered;
        internal long Offset;
        internal int Length;

        /// <summary>From where on it is not known to be on disk.</summary>
        internal long Unsynced;

        internal File* Inner => (File*)Unsafe.AsPointer(ref this) + 1;

        internal int SyncInner(int flags) => SyncFault?.Invoke() is { } fault and not Sqlite3.Ok ? fault : Inner->Methods->Sync(Inner, flags);

        /// <summary>Makes what is not known to be on disk no part of the log.</summary>
        /// <returns>False when the disk refuses that too.</returns>
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

        /// <summary>Writes what is gathered. Refused, it is dropped: SQLite undoes a commit that fails.</summary>
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

    /// <summary>sqlite3_io_methods, as far as a log has them.</summary>
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

#pragma warning disable CS0649 // The rest is SQLite's to fill and to call.
    /// <summary>sqlite3_vfs in its third version, of which only the opening is called from here.</summary>
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
