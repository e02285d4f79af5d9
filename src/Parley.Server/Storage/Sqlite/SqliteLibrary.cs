using System.Reflection;
using System.Runtime.InteropServices;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Which native SQLite this process uses: the system's where it is newer, else the one that comes with Parley.</summary>
internal static class SqliteLibrary
{
    /// <summary>The bundled library is 3.35.5; any system library from here on is newer and gets security fixes.</summary>
    private const int NewerThanBundled = 3_036_000;

    private static readonly Lazy<bool> Registered = new(() =>
    {
        NativeLibrary.SetDllImportResolver(typeof(SqliteLibrary).Assembly, Resolve);
        return true;
    });

    private static string _origin = "bundled";

    /// <summary>Where the library came from, as <c>parley serve</c> and <c>parley doctor</c> say it.</summary>
    /// <exception cref="DllNotFoundException">There is none.</exception>
    internal static string Origin
    {
        get
        {
            // Known once it is loaded.
            _ = Version;
            return _origin;
        }
    }

    /// <summary>As the library says it itself, as in <c>3.46.1</c>.</summary>
    /// <exception cref="DllNotFoundException">There is none.</exception>
    internal static unsafe string Version => Marshal.PtrToStringUTF8((nint)Sqlite3.LibraryVersion())!;

    internal static void Use() => _ = Registered.Value;

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Sqlite3.Library)
            return 0;

        foreach (var candidate in SystemNames())
        {
            if (!NativeLibrary.TryLoad(candidate, out var handle))
                continue;
            if (VersionNumber(handle) >= NewerThanBundled)
            {
                _origin = $"system, {candidate}";
                return SetUp(handle);
            }

            NativeLibrary.Free(handle);
        }

        return SetUp(NativeLibrary.Load(name, assembly, path));
    }

    /// <summary>Turns off the library's own count of its memory, which nobody reads: kept under one lock for the whole process, it costs each
    /// allocation as much as the allocation, an eighth of a message's time in SQLite.</summary>
    private static unsafe nint SetUp(nint handle)
    {
        const int memoryStatus = 9;
        // The function takes a variable number of arguments, which is called like any other everywhere but there.
        var differs = OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64;
        if (!differs && NativeLibrary.TryGetExport(handle, "sqlite3_config", out var configure))
            _ = ((delegate* unmanaged[Cdecl]<int, int, int>)configure)(memoryStatus, 0);
        return handle;
    }

    private static string[] SystemNames() =>
        OperatingSystem.IsLinux() ? ["libsqlite3.so.0"]
        : OperatingSystem.IsMacOS() ? ["libsqlite3.dylib"]
        : [];

    private static unsafe int VersionNumber(nint handle) =>
        NativeLibrary.TryGetExport(handle, "sqlite3_libversion_number", out var function)
            ? ((delegate* unmanaged[Cdecl]<int>)function)()
            : 0;
}
