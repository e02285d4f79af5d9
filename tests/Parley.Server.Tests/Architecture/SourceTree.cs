namespace Parley.Server.Tests.Architecture;

/// <summary>One source file of the server, and its folder.</summary>
internal sealed record SourceFile(string Path, string Room, string Text);

/// <summary>The sources as they stand, so that a rule speaks of what a reader sees.</summary>
internal static class SourceTree
{
    internal static string Root { get; } = FindRoot();

    /// <summary>The files of <c>src/Parley.Server</c>; those beside the folders have the room <c>""</c>.</summary>
    internal static IReadOnlyList<SourceFile> Server { get; } = Read(Path.Combine(Root, "src", "Parley.Server"));

    private static List<SourceFile> Read(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Select(path => Read(folder, path)).OrderBy(file => file.Path, StringComparer.Ordinal)];

    private static SourceFile Read(string folder, string path)
    {
        var text = File.ReadAllText(path);
        var relative = Path.GetRelativePath(folder, path).Replace('\\', '/');
        var room = Path.GetDirectoryName(relative)!.Replace('\\', '/');
        return new SourceFile(relative, room, text);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Parley.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No repository above {AppContext.BaseDirectory}.");
    }
}
