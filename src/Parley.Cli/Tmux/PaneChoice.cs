using Parley.Cli.CommandLine;

namespace Parley.Cli.Tmux;

/// <summary>Panes as people name them: <c>%7</c>, <c>main:0.1</c>, or an agent, each with <c>=AGENT</c> if the agent is to be another.</summary>
internal static class PaneChoice
{
    /// <exception cref="CommandException">There is no such pane, or there are several.</exception>
    public static IReadOnlyList<(FoundPane Pane, string? Agent)> Read(IReadOnlyList<string> words, IReadOnlyList<FoundPane> panes) =>
        [.. words.Select(word => word.LastIndexOf('=') is > 0 and var at ? (Find(word[..at], panes), word[(at + 1)..]) : (Find(word, panes), null))];

    /// <inheritdoc cref="Read"/>
    public static FoundPane Find(string word, IReadOnlyList<FoundPane> panes)
    {
        var those = panes.Where(pane => pane.Pane.Address.Id == word || pane.Pane.Place == word || pane.Pane.Agent == word).ToList();
        return those.Count switch
        {
            1 => those[0],
            0 => throw new CommandException(ExitCode.NotFound, $"There is no pane '{word}'.", "'parley tmux list' shows the panes."),
            _ => throw new CommandException(ExitCode.UsedWrongly, $"There are {those.Count} panes '{word}', on different tmux servers.", "Name the server with --socket."),
        };
    }
}
