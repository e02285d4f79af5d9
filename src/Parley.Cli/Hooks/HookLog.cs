using Parley.Client;

namespace Parley.Cli.Hooks;

/// <summary>Where hooks say what went wrong: a harness shows neither their standard error nor their exit code to anybody who could help.</summary>
internal sealed class HookLog(string harness)
{
    /// <summary>Past it, the file becomes the older one of two.</summary>
    private const long MostBytes = 256 << 10;

    private const UnixFileMode OwnersFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    internal static string Path => System.IO.Path.Combine(UserFolders.State(Environment.GetEnvironmentVariable), "hooks.log");

    /// <summary>Whether to say it on standard error too.</summary>
    private static bool IsDebug => Environment.GetEnvironmentVariable("PARLEY_DEBUG") is "1" or "true" or "yes" or "on";

    /// <summary>Other users do not read it.</summary>
    private static FileStreamOptions Options()
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return options;
    }

    internal void Write(string what)
    {
        var line = what.ReplaceLineEndings(" ");
        if (IsDebug)
            Console.Error.WriteLine($"parley hook: {line}");
        try
        {
            var folder = System.IO.Path.GetDirectoryName(Path)!;
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(folder);
            else
                Directory.CreateDirectory(folder, OwnersFolder);
            if (new FileInfo(Path) is { Exists: true, Length: > MostBytes })
                File.Move(Path, $"{Path}.1", overwrite: true);
            using var file = new FileStream(Path, Options());
            file.Write(System.Text.Encoding.UTF8.GetBytes($"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ} {harness} {line[..Math.Min(line.Length, 1_000)]}\n"));
        }
        catch (Exception full) when (full is IOException or UnauthorizedAccessException)
        {
            // There is nobody left to tell.
        }
    }
}
