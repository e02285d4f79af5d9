using System.Globalization;
using Parley.Protocol;

namespace Parley.Cli.Tmux;

/// <summary>Follows the adopted panes: one list of all panes a second, and a look at a screen only after something has changed on it.</summary>
internal sealed class PaneWatch(PaneFinder finder, TmuxClient tmux, TimeProvider time)
{
    /// <summary>A look costs a process of tmux, about 3 ms. If more screens change all the time, each is looked at less often.</summary>
    private const int MostLooks = 5;

    private readonly Dictionary<PaneAddress, Watched> _panes = [];
    private long _looks;

    /// <summary>The pane of each agent.</summary>
    public IReadOnlyDictionary<string, Pane> Agents { get; private set; } = new Dictionary<string, Pane>();

    /// <summary>Lists the panes. If two have the same agent, the first counts.</summary>
    /// <returns>Whether there are other agents than before.</returns>
    public async Task<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        var before = Agents;
        Agents = (await finder.ListAsync(cancellationToken)).Where(pane => pane.Agent is not null && !pane.IsDead).DistinctBy(pane => pane.Agent).ToDictionary(pane => pane.Agent!);
        var addresses = Agents.Values.Select(pane => pane.Address).ToHashSet();
        foreach (var gone in _panes.Keys.Where(address => !addresses.Contains(address)).ToList())
            _panes.Remove(gone);
        return !before.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(Agents.Keys);
    }

    /// <summary>What agents do now, of those for whom that has changed since the last time.</summary>
    /// <param name="isWanted">Which agents to look at.</param>
    public async Task<IReadOnlyList<(string Agent, AgentActivity Activity)>> ChangesAsync(Func<string, bool> isWanted, CancellationToken cancellationToken)
    {
        var changes = new List<(string, AgentActivity)>();
        ProcessTree? processes = null;
        var due = Agents.Where(agent => isWanted(agent.Key)).Select(agent => (agent.Key, agent.Value, Of(agent.Key, agent.Value)))
            .Where(one => one.Item3.Fingerprint != one.Value.Fingerprint).OrderBy(one => one.Item3.Looks).Take(MostLooks).ToList();
        foreach (var (agent, pane, watched) in due)
        {
            watched.Looks = ++_looks;
            var second = time.GetUtcNow().ToUnixTimeSeconds();
            if (await tmux.CaptureAsync(pane.Address, cancellationToken) is not var (now, lines))
                continue;

            // The program may have ended and another begun, which tmux does not always see: a wrapper stays.
            if (pane.Prompt is null && (watched.Program != (pane.Pid, pane.Command) || watched.Harness is null))
            {
                processes ??= await ProcessTable.ReadAsync(cancellationToken);
                (watched.Program, watched.Harness) = ((pane.Pid, pane.Command), processes.HarnessUnder(pane.Pid)?.Harness);
            }

            // Tmux says in whole seconds when a window has changed: what comes later in the second of the look would not show.
            var isSettled = long.TryParse(now.WindowActivity, CultureInfo.InvariantCulture, out var changed) && changed < second;
            watched.Fingerprint = isSettled ? now.Fingerprint : null;
            if (ActivityOf(ScreenReader.Read(watched.Harness, now, lines)) is { } activity && watched.Activity != activity)
            {
                watched.Activity = activity;
                changes.Add((agent, activity));
            }
        }

        return changes;
    }

    /// <summary>To be called if a change could not be reported: it is told again.</summary>
    public void Forget(string agent)
    {
        foreach (var watched in _panes.Values.Where(watched => watched.Agent == agent))
            (watched.Activity, watched.Fingerprint) = (null, null);
    }

    private Watched Of(string agent, Pane pane)
    {
        if (!_panes.TryGetValue(pane.Address, out var watched) || watched.Agent != agent)
            _panes[pane.Address] = watched = new Watched(agent);
        return watched;
    }

    private static AgentActivity? ActivityOf(ScreenState state) => state switch
    {
        ScreenState.IdleState or ScreenState.Draft => AgentActivity.Idle,
        ScreenState.BusyState => AgentActivity.Working,
        ScreenState.Dialog => AgentActivity.BlockedOnHuman,
        _ => null,
    };

    private sealed class Watched(string agent)
    {
        public string Agent { get; } = agent;

        /// <summary>The number of its last look, of all looks.</summary>
        public long Looks { get; set; }

        public string? Fingerprint { get; set; }
        public (int, string) Program { get; set; }
        public PaneHarness? Harness { get; set; }
        public AgentActivity? Activity { get; set; }
    }
}
