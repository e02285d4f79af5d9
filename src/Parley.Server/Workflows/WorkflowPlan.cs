using System.Collections;
using Parley.Protocol;

namespace Parley.Server.Workflows;

/// <summary>How the steps of a workflow depend on each other: a graph without cycles, which never changes.</summary>
internal sealed class WorkflowPlan
{
    /// <summary>The name by which steps refer to the workflow's input, so no step may have it.</summary>
    internal const string InputName = "input";

    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly int[][] _after;

    /// <param name="steps">In the order of their positions, with the names of other steps in <see cref="WorkflowStep.DependsOn"/>.</param>
    internal WorkflowPlan(IReadOnlyList<(string Step, IReadOnlyList<string> DependsOn)> steps)
    {
        for (var i = 0; i < steps.Count; i++)
            _places.TryAdd(steps[i].Step, i);
        _after = [.. steps.Select(step => step.DependsOn.Select(name => _places.GetValueOrDefault(name, -1)).Where(place => place >= 0).Distinct().ToArray())];
    }

    internal int Count => _after.Length;

    /// <returns>Null if there is no such step.</returns>
    internal int? PlaceOf(string step) => _places.TryGetValue(step, out var place) ? place : null;

    /// <summary>The places of the steps that a step waits for.</summary>
    internal IReadOnlyList<int> After(int place) => _after[place];

    /// <summary>Steps that can run at the same time, wave after wave.</summary>
    /// <returns>Fewer than all if there are cycles: what is in them, or behind them, is missing.</returns>
    internal IReadOnlyList<IReadOnlyList<int>> Waves()
    {
        var open = _after.Select(others => others.Length).ToArray();
        var before = new List<int>[Count];
        for (var i = 0; i < Count; i++)
        {
            foreach (var other in _after[i])
                (before[other] ??= []).Add(i);
        }

        var waves = new List<IReadOnlyList<int>>();
        var wave = Enumerable.Range(0, Count).Where(place => open[place] == 0).ToList();
        while (wave.Count > 0)
        {
            waves.Add(wave);
            var next = new List<int>();
            foreach (var follower in wave.SelectMany(place => before[place] ?? []))
            {
                if (--open[follower] == 0)
                    next.Add(follower);
            }

            next.Sort();
            wave = next;
        }

        return waves;
    }

    /// <summary>A cycle among these steps, which all are in one or behind one: each waits for the next, and the last for the first.</summary>
    internal IReadOnlyList<int> CycleIn(IReadOnlySet<int> stuck)
    {
        var seen = new List<int>();
        var at = stuck.Min();
        while (!seen.Contains(at))
        {
            seen.Add(at);
            at = _after[at].First(stuck.Contains);
        }

        return seen[seen.IndexOf(at)..];
    }

    /// <summary>For each step, everything that it waits for, directly or indirectly. Only for a graph without cycles.</summary>
    internal BitArray[] Ancestors()
    {
        var all = new BitArray[Count];
        foreach (var place in Waves().SelectMany(wave => wave))
        {
            var mine = new BitArray(Count);
            foreach (var other in _after[place])
            {
                mine.Or(all[other]);
                mine[other] = true;
            }

            all[place] = mine;
        }

        return all;
    }
}
