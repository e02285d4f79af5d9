using System.Text.Json.Nodes;

namespace Parley.Cli.Harnesses;

/// <summary>What Parley has in one settings file of a harness.</summary>
/// <param name="file">The file's path. Several parts may share a file.</param>
/// <param name="what">What it is, in a word or two.</param>
internal abstract class SettingsPart(string file, string what)
{
    internal string File { get; } = file;

    internal string What { get; } = what;

    /// <summary>Whether it is in the file as it would be put in now.</summary>
    internal abstract bool IsIn(string text);

    /// <summary>Whether any of it is in the file, perhaps from an earlier installation with other options.</summary>
    internal abstract bool IsPartlyIn(string text);

    /// <summary>The text with it.</summary>
    /// <param name="text">Null if there is no file.</param>
    /// <exception cref="SettingsException">The file cannot take it.</exception>
    internal abstract string PutIn(string? text);

    /// <summary>The text without it.</summary>
    /// <returns>Null if nothing is left, and there was no file before.</returns>
    internal abstract string? TakeOut(string text);

    /// <summary>The commands that are in the file, each as a program and its arguments, or as one line for a shell.</summary>
    internal virtual IEnumerable<IReadOnlyList<string>> Commands(string text) => [];

    /// <summary>Removes an item, and the lists that were put in for it.</summary>
    /// <param name="path">The lists from the root to that which has the item.</param>
    /// <returns>Null if the whole text was put in.</returns>
    protected static string? Without(JsonText json, IReadOnlyList<JsonItem> path)
    {
        for (var i = path.Count - 1; i >= 0; i--)
        {
            var holder = i == 0 ? json.Root : path[i - 1].Value;
            if (!json.GoesWithItsItem(holder))
                return json.Without(path[i]);
        }

        return null;
    }

    /// <summary>The text of a new file.</summary>
    protected static string NewFile(JsonObject root) => JsonLayout.Usual.Value(root, 0) + "\n";
}

/// <summary>A settings file that cannot be changed as wanted.</summary>
internal sealed class SettingsException(string message, string? remedy = null) : Exception(message)
{
    internal string? Remedy { get; } = remedy;
}
