using System.Diagnostics.CodeAnalysis;
using Parley.Server.Settings;

namespace Parley.Server.Dashboard;

/// <summary>The built dashboard: the one that is part of the program, or that of a folder. Files are found by their exact names, so a path leads to
/// nothing else.</summary>
internal sealed class DashboardFiles
{
    private const string Page = "index.html";
    private const string Resources = "Parley.Dashboard/";

    private readonly Dictionary<string, DashboardFile> _files = new(StringComparer.Ordinal);

    private DashboardFiles()
    {
    }

    /// <summary>Whether there is a dashboard.</summary>
    public bool AreThere => _files.ContainsKey(Page);

    /// <summary>The page, with a placeholder for its nonce.</summary>
    public DashboardFile Index => _files[Page];

    /// <summary>The names of files beside the page, such as its icon.</summary>
    public IEnumerable<string> BesideIndex => _files.Keys.Where(static name => name != Page && !name.Contains('/', StringComparison.Ordinal));

    /// <param name="folder">The folder of a built dashboard; <see cref="ServerSettings.NoDashboard"/> for none; null for the one that is part of the
    /// program, if it is.</param>
    /// <exception cref="StartRefusedException">The folder has no dashboard.</exception>
    public static DashboardFiles Load(string? folder)
    {
        var files = new DashboardFiles();
        if (folder == ServerSettings.NoDashboard)
            return files;
        if (folder is null)
            files.AddResources();
        else
            files.AddFolder(folder);
        foreach (var name in files._files.Where(static file => !file.Value.IsComplete).Select(static file => file.Key).ToArray())
            files._files.Remove(name);
        return files;
    }

    public bool TryFind(string name, [NotNullWhen(true)] out DashboardFile? file) => _files.TryGetValue(name, out file);

    private void AddResources()
    {
        var assembly = typeof(DashboardFiles).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Resources, StringComparison.Ordinal)))
        {
            Add(resource[Resources.Length..], () =>
            {
                using var stream = assembly.GetManifestResourceStream(resource)!;
                var bytes = new byte[stream.Length];
                stream.ReadExactly(bytes);
                return bytes;
            });
        }
    }

    private void AddFolder(string folder)
    {
        // First, because any folder may be named, however large.
        if (!File.Exists(Path.Combine(folder, Page)))
            throw new DashboardMissingException(folder);
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            // Read now: a build that replaces the files does not change a running server.
            var bytes = File.ReadAllBytes(path);
            Add(Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'), () => bytes);
        }
    }

    private void Add(string name, Func<byte[]> read)
    {
        var coding = DashboardFile.CodingByEnding.GetValueOrDefault(Path.GetExtension(name), "");
        var plain = coding.Length > 0 ? Path.ChangeExtension(name, null) : name;
        if (!_files.TryGetValue(plain, out var file))
            _files[plain] = file = new DashboardFile(plain);
        file.Add(coding, read);
    }
}

/// <summary>The setting names a folder without a dashboard. A server that starts without the page that was asked for would only confuse people.</summary>
internal sealed class DashboardMissingException(string folder) : StartRefusedException(
    $"The folder '{folder}' in the setting 'dashboard' has no built dashboard: there is no index.html. Build it (npm run build), or leave the setting out.");
