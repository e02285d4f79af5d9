using System.Text;
using Parley.EndToEnd.Tests.Durability;

namespace Parley.EndToEnd.Tests.Docs;

/// <summary>A page of the tree and its fenced blocks, in order.</summary>
internal sealed record MarkdownPage(string Path, IReadOnlyList<Block> Blocks)
{
    private static readonly string[] NotOurs = ["node_modules", "artifacts", ".git", "bin", "obj"];

    /// <summary>A package whose own tests run its page, with what they need to.</summary>
    private const string RunsItself = "clients/typescript";

    public static string Root => PublishedBinary.FindRepository() ?? throw new DirectoryNotFoundException("The tests run outside of the repository.");

    /// <summary>The paths of all pages, from the repository's root.</summary>
    public static IEnumerable<string> All() => Under(Root).Select(path => System.IO.Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.StartsWith($"{RunsItself}/", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    public static MarkdownPage Read(string path) => new(path, [.. Fenced(path, File.ReadAllLines(System.IO.Path.Combine(Root, path)))]);

    private static IEnumerable<string> Under(string folder) => Directory.GetFiles(folder, "*.md").Concat(
        Directory.GetDirectories(folder).Where(inner => !NotOurs.Contains(System.IO.Path.GetFileName(inner), StringComparer.Ordinal)).SelectMany(Under));

    private static IEnumerable<Block> Fenced(string path, string[] lines)
    {
        for (var at = 0; at < lines.Length; at++)
        {
            var opening = lines[at].TrimStart();
            if (!opening.StartsWith("```", StringComparison.Ordinal))
                continue;
            var indent = lines[at].Length - opening.Length;
            var first = at + 1;
            var text = new StringBuilder();
            for (at++; at < lines.Length && lines[at].Trim() != "```"; at++)
                text.Append(lines[at].Length > indent ? lines[at][indent..] : lines[at].TrimStart()).Append('\n');
            if (at == lines.Length)
                throw new InvalidOperationException($"{path}:{first}: the block never ends.");
            yield return Block.Parse($"{path}:{first}", opening[3..], text.ToString());
        }
    }
}

/// <summary>A fenced block: a language, and after it what a reader does not see.</summary>
/// <param name="Place">The page and the line where it opens.</param>
/// <param name="Marks">Each a word, or a word with <c>=</c> and its value; the page <c>CONTRIBUTING.md</c> lists them.</param>
/// <param name="NotRun">Why nobody can run it here; null: it is run.</param>
internal sealed record Block(string Place, string Language, IReadOnlyDictionary<string, string> Marks, string? NotRun, string Text)
{
    private const string Reason = "not-run:";

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal) { "stays", "exit", "http", "file", "opens", "of", "frame", "settings", "sqlite3", "psql" };

    public string FirstLine => Text.Split('\n', 2)[0];

    public string Name => Place[..Place.LastIndexOf(':')] + ": " + FirstLine;

    public bool Has(string mark) => Marks.ContainsKey(mark);

    internal static Block Parse(string place, string info, string text)
    {
        string? reason = null;
        if (info.IndexOf(Reason, StringComparison.Ordinal) is >= 0 and var at)
        {
            reason = info[(at + Reason.Length)..].Trim();
            info = info[..at];
            if (!reason.Contains(' ', StringComparison.Ordinal))
                throw new InvalidOperationException($"{place}: 'not-run:' needs a reason.");
        }

        var words = info.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var marks = words.Skip(1).Select(word => word.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts.ElementAtOrDefault(1) ?? "", StringComparer.Ordinal);
        if (marks.Keys.FirstOrDefault(mark => !Known.Contains(mark)) is { } unknown)
            throw new InvalidOperationException($"{place}: '{unknown}' is no mark of a block.");
        return new Block(place, words.FirstOrDefault() ?? "", marks, reason, text);
    }
}
