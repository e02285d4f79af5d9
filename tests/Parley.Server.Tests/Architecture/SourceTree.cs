using System.Text.RegularExpressions;

namespace Parley.Server.Tests.Architecture;

/// <summary>One source file of the server: its folder, and the namespaces of the server that it uses.</summary>
internal sealed record SourceFile(string Path, string Room, IReadOnlyList<string> Uses, string Text);

/// <summary>The sources as they stand, so that a rule speaks of what a reader sees.</summary>
internal static partial class SourceTree
{
    internal static string Root { get; } = FindRoot();

    /// <summary>The files of <c>src/Parley.Server</c>; those beside the folders have the room <c>""</c>.</summary>
    internal static IReadOnlyList<SourceFile> Server { get; } = Read(Path.Combine(Root, "src", "Parley.Server"));

    /// <summary>The room that a used namespace belongs to: <c>Parley.Server.Storage.Sqlite</c> is <c>Storage/Sqlite</c>.</summary>
    internal static string RoomOf(string name) => name["Parley.Server.".Length..].Replace('.', '/');

    private static List<SourceFile> Read(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Select(path => Read(folder, path)).OrderBy(file => file.Path, StringComparer.Ordinal)];

    private static SourceFile Read(string folder, string path)
    {
        var text = File.ReadAllText(path);
        var relative = Path.GetRelativePath(folder, path).Replace('\\', '/');
        var room = Path.GetDirectoryName(relative)!.Replace('\\', '/');
        // A namespace is used by a directive, or by writing it out, wholly or from the server's own on.
        var uses = Whole().Matches(text).Select(match => match.Groups["name"].Value)
            .Concat(Partly().Matches(text).Select(match => $"Parley.Server.{match.Groups["name"].Value}"))
            .Where(name => RoomOf(name) != room)
            .Distinct(StringComparer.Ordinal);
        return new SourceFile(relative, room, [.. uses], text);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Parley.slnx")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new DirectoryNotFoundException($"No repository above {AppContext.BaseDirectory}.");
    }

    [GeneratedRegex(@"^using (?:static )?(?<name>Parley\.Server\.[A-Z]\w*(?:\.[A-Z]\w*)?)", RegexOptions.Multiline, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Whole();

    [GeneratedRegex(
        @"(?<![\w.])(?<name>(?:Squads|Messages|Executions|Connections|Storage)(?:\.(?:Sqlite|WebSockets|ServerSentEvents|Relay))?)\.[A-Z]\w+",
        RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Partly();
}
