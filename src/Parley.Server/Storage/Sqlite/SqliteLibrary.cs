using System.Reflection;
using System.Runtime.InteropServices;

namespace Parley.Server.Storage.Sqlite;

/// <summary>Which native SQLite this process uses: the newer one of the system's and the one that comes with Parley.</summary>
internal static class SqliteLibrary
{
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

        var found = new List<Candidate>();
        if (NativeLibrary.TryLoad(name, assembly, path, out var bundled))
            found.Add(new Candidate(bundled, VersionNumber(bundled), _origin));
        foreach (var system in SystemNames())
        {
            if (NativeLibrary.TryLoad(system, out var handle))
                found.Add(new Candidate(handle, VersionNumber(handle), $"system, {system}"));
        }

        if (found.Count == 0)
            return NativeLibrary.Load(name, assembly, path); // It says where it looked.

        var chosen = Newest(found);
        foreach (var other in found.Where(other => other != chosen))
            NativeLibrary.Free(other.Handle);
        _origin = chosen.Origin;
        return SetUp(chosen.Handle);
    }

    /// <summary>The newest; of equals the first. What it brings is known beforehand only of the bundled one, so that comes first.</summary>
    internal static Candidate Newest(IReadOnlyList<Candidate> found) => found.MaxBy(candidate => candidate.Version);

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

    /// <param name="Version">As SQLite counts: 3.53.4 is 3,053,004.</param>
    internal readonly record struct Candidate(nint Handle, int Version, string Origin);
}
