namespace Parley.Cli.Tmux;

/// <summary>A pane, the program in it, and the agent that it is or would be.</summary>
/// <param name="Harness">Null if no program runs in it that Parley knows.</param>
/// <param name="Folder">Where the program works.</param>
/// <param name="Name">The agent's id; null if nothing says it.</param>
internal sealed record FoundPane(Pane Pane, PaneHarness? Harness, string Folder, string? Name)
{
    /// <summary>The word for the program, or the command that tmux sees.</summary>
    public string Program => Harness is { } known ? AgentNames.Word(known) : Pane.Command;
}

/// <summary>Finds the panes of this user, and what runs in them. Reads only.</summary>
internal sealed class PaneFinder(TmuxClient tmux, IReadOnlyList<string> sockets)
{
    /// <summary>All panes whose process lives, in the order of their servers and ids.</summary>
    public async Task<IReadOnlyList<FoundPane>> FindAsync(CancellationToken cancellationToken)
    {
        var panes = await ListAsync(cancellationToken);
        var processes = await ProcessTable.ReadAsync(cancellationToken);
        return [.. panes.Where(pane => !pane.IsDead).Select(pane => Find(pane, processes))];
    }

    /// <summary>All panes, without their programs.</summary>
    public async Task<IReadOnlyList<Pane>> ListAsync(CancellationToken cancellationToken)
    {
        var panes = new List<Pane>();
        foreach (var socket in sockets)
            panes.AddRange(await tmux.ListAsync(socket, cancellationToken) ?? []);
        return panes;
    }

    private static FoundPane Find(Pane pane, ProcessTree processes)
    {
        var running = processes.HarnessUnder(pane.Pid);
        var given = running is var (_, pid) ? ProcessTable.Variable(pid, "PARLEY_AGENT") : ProcessTable.Variable(pane.Pid, "PARLEY_AGENT");
        var folder = running is var (_, process) ? ProcessTable.Folder(process) ?? pane.Folder : pane.Folder;
        return new FoundPane(pane, running?.Harness, folder, AgentNames.Of(given, pane.Agent, folder, running?.Harness));
    }
}
