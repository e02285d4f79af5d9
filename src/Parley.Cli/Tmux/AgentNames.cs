using Parley.Cli.CommandLine;

namespace Parley.Cli.Tmux;

/// <summary>The agent that a pane is adopted as.</summary>
internal static class AgentNames
{
    private const int Longest = 255;

    /// <summary>Whether a text can be an agent's id.</summary>
    public static bool IsId(string text) => text.Length is > 0 and <= Longest && text.All(IsOfIds);

    /// <summary>The id for a pane: <c>PARLEY_AGENT</c> of its program, or else the agent that it was adopted as before, or else its work tree's folder with
    /// the name of the program, as in <c>shop-claude</c>.</summary>
    /// <param name="given"><c>PARLEY_AGENT</c> in the environment of the program; null if it has none.</param>
    /// <param name="kept">The pane's agent so far.</param>
    /// <param name="folder">The folder that the program works in.</param>
    /// <param name="harness">The program; null if it is not known, and then the folder says nothing.</param>
    public static string? Of(string? given, string? kept, string folder, PaneHarness? harness)
    {
        if (given is { } said && IsId(said))
            return said;
        if (kept is { } before && IsId(before))
            return before;
        return harness is { } known ? FolderName.AgentId(folder, Word(known)) : null;
    }

    /// <summary>The word for a program, as the server's hooks have it.</summary>
    public static string Word(PaneHarness harness) => harness.ToString().ToLowerInvariant();

    private static bool IsOfIds(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '_' or '-';
}
