using System.Text;
using System.Text.Json;
using Parley.Client;

namespace Parley.Cli.Harnesses;

/// <summary>A settings file, and what is to become of it. Nothing is written before <see cref="Write"/>.</summary>
internal sealed class SettingsFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Backups that are kept; older ones are deleted.</summary>
    private const int MostBackups = 100;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly byte[]? _read;

    private SettingsFile(string path, string target, byte[]? read, string? before)
    {
        (Path, Target, _read) = (path, target, read);
        After = Before = before;
    }

    /// <summary>The path by which the harness knows it.</summary>
    internal string Path { get; }

    /// <summary>The text that it has; null if there is no file.</summary>
    internal string? Before { get; }

    /// <summary>The text that it is to have; null for no file.</summary>
    internal string? After { get; private set; }

    internal bool Changes => Before != After;

    /// <summary>Where symbolic links lead to.</summary>
    private string Target { get; }

    /// <exception cref="SettingsException">It cannot be read, or is not text.</exception>
    internal static SettingsFile Read(string path)
    {
        try
        {
            var target = new FileInfo(path).LinkTarget is null ? path : File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName;
            if (Directory.Exists(target))
                throw new SettingsException($"'{path}' is a folder");
            if (!File.Exists(target))
                return new SettingsFile(path, target, read: null, before: null);
            var bytes = File.ReadAllBytes(target);
            return new SettingsFile(path, target, bytes, Utf8.GetString(bytes));
        }
        catch (ArgumentException)
        {
            throw new SettingsException($"'{path}' is not UTF-8 text", "Save it as UTF-8, and run this again.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"'{path}' cannot be read: {failure.Message.TrimEnd('.')}");
        }
    }

    /// <exception cref="SettingsException">The file is broken, or cannot take it.</exception>
    internal void PutIn(SettingsPart part) => After = Try(() => part.PutIn(After));

    /// <inheritdoc cref="PutIn"/>
    internal void TakeOut(SettingsPart part) => After = After is { } text ? Try(() => part.TakeOut(text)) : null;

    /// <summary>Asks a part about the file.</summary>
    /// <inheritdoc cref="PutIn"/>
    internal T Ask<T>(Func<string, T> question, T without) => Before is { } text ? Try(() => question(text)) : without;

    /// <summary>Writes the file, if it changes, in one step. A copy of what it was stays in Parley's own folder.</summary>
    /// <returns>The copy's path; null if there was no file.</returns>
    /// <exception cref="SettingsException">It cannot be written, or somebody else has just changed it.</exception>
    internal string? Write(TimeProvider time)
    {
        if (!Changes)
            return null;
        try
        {
            if (_read is not null && (File.GetAttributes(Target).HasFlag(FileAttributes.ReadOnly) || IsReadOnly()))
                throw new SettingsException($"'{Path}' is read-only", "Make it writable, and run this again.");
            var backup = Backup(time);
            if (After is null)
                File.Delete(Target);
            else
                Replace(After);
            return backup;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"'{Path}' cannot be written: {failure.Message.TrimEnd('.')}");
        }
    }

    private bool IsReadOnly() => !OperatingSystem.IsWindows() && !File.GetUnixFileMode(Target).HasFlag(UnixFileMode.UserWrite);

    private void Replace(string text)
    {
        var folder = System.IO.Path.GetDirectoryName(Target)!;
        Directory.CreateDirectory(folder);
        // In the same folder, because a file is only renamed in one step within its file system.
        var beside = System.IO.Path.Combine(folder, $".{System.IO.Path.GetFileName(Target)}.{Environment.ProcessId}.parley");
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = _read is null ? OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead : OwnerOnly;
            using (var stream = new FileStream(beside, options))
            {
                stream.Write(Utf8.GetBytes(text));
                stream.Flush(flushToDisk: true);
            }

            if (_read is not null && !OperatingSystem.IsWindows())
                File.SetUnixFileMode(beside, File.GetUnixFileMode(Target));
            if (_read is null ? File.Exists(Target) : !File.ReadAllBytes(Target).AsSpan().SequenceEqual(_read))
                throw new SettingsException($"'{Path}' was changed while this ran", "Run this again.");
            File.Move(beside, Target, overwrite: true);
        }
        finally
        {
            File.Delete(beside);
        }
    }

    private string? Backup(TimeProvider time)
    {
        if (_read is null)
            return null;
        var folder = System.IO.Path.Combine(UserFolders.State(Environment.GetEnvironmentVariable), "backups");
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
        var name = Path.TrimStart('/').Replace('/', '+').Replace('\\', '+').Replace(':', '+');
        var backup = System.IO.Path.Combine(folder, $"{time.GetUtcNow():yyyyMMdd'T'HHmmssfff}-{name[Math.Max(0, name.Length - 150)..]}");
        // Settings may hold secrets.
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnerOnly;
        using (var stream = new FileStream(backup, options))
            stream.Write(_read);
        foreach (var old in Directory.GetFiles(folder).Order(StringComparer.Ordinal).SkipLast(MostBackups))
            File.Delete(old);
        return backup;
    }

    private T Try<T>(Func<T> change)
    {
        try
        {
            return change();
        }
        catch (JsonException broken)
        {
            var place = broken.LineNumber is { } line ? $" in line {line + 1}" : "";
            throw new SettingsException($"'{Path}' is not valid JSON{place}", "Correct it, and run this again: Parley changes nothing in a file that it cannot read.");
        }
        catch (SettingsException problem)
        {
            throw new SettingsException($"'{Path}' {problem.Message}", problem.Remedy);
        }
    }
}
