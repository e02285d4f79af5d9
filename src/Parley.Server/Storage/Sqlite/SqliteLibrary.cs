using System.Reflection;
using System.Runtime.InteropServices;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Chooses the native SQLite of this process: the system's or the one that comes with Parley, whichever is newer.</summary>
internal static class SqliteLibrary
{
    private static readonly Lazy<bool> Registered = new(() =>
    {
        NativeLibrary.SetDllImportResolver(typeof(SqliteLibrary).Assembly, Resolve);
        return true;
    });

    private static string _origin = "bundled";

    /// <summary>Where the library came from, as shown by <c>parley serve</c> and <c>parley doctor</c>.</summary>
    /// <exception cref="DllNotFoundException">There is none.</exception>
    internal static string Origin
    {
        get
        {
            // Known once the library is loaded.
            _ = Version;
            return _origin;
        }
    }

    /// <summary>The version that the library itself reports, such as <c>3.46.1</c>.</summary>
    /// <exception cref="DllNotFoundException">There is none.</exception>
    internal static unsafe string Version => Marshal.PtrToStringUTF8((nint)Sqlite3.LibraryVersion())!;

    internal static void Use() => _ = Registered.Value;

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Sqlite3.Library)
            return 0;

        var found = new List<Candidate>();
        if (NativeLibrary.TryLoad(name, assembly, path, out var bundled))
            found.Add(new Candidate(bundled, VersionNumber(bundled), _origin));
        foreach (var system in SystemNames())
        {
            if (NativeLibrary.TryLoad(system, out var handle))
                found.Add(new Candidate(handle, VersionNumber(handle), $"system, {system}"));
        }

        if (found.Count == 0)
            return NativeLibrary.Load(name, assembly, path); // The error says where it looked.

        var chosen = Newest(found);
        foreach (var other in found.Where(other => other != chosen))
            NativeLibrary.Free(other.Handle);
        _origin = chosen.Origin;
        return SetUp(chosen.Handle);
    }

    /// <summary>The newest; among equals, the first. The bundled one comes first, because only its features are known beforehand.</summary>
    internal static Candidate Newest(IReadOnlyList<Candidate> found) => found.MaxBy(candidate => candidate.Version);

    /// <summary>Turns off the library's memory statistics, which nobody reads. They are kept under one lock for the whole process and cost as much as
    /// each allocation itself, an eighth of the time that a message takes in SQLite.</summary>
    private static unsafe nint SetUp(nint handle)
    {
        const int memoryStatus = 9;
        // The function is variadic. Such functions are called like any other, except on this platform.
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

    /// <param name="Version">In SQLite's notation: 3.53.4 is 3,053,004.</param>
    internal readonly record struct Candidate(nint Handle, int Version, string Origin);
}
