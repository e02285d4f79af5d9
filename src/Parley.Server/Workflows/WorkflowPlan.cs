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
        var before = Before();
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

    /// <summary>The circles of steps that wait for each other: of each, the places of its steps, each of which waits for the next, and the last for the
    /// first; and with them the steps that are in no circle, but wait for one.</summary>
    internal IReadOnlyList<(IReadOnlyList<int> Circle, IReadOnlyList<int> Behind)> Circles()
    {
        var free = Waves().SelectMany(wave => wave).ToHashSet();
        var circles = Groups(free).Where(group => group.Count > 1 || _after[group[0]].Contains(group[0])).ToList();
        // From the circles outward, so each step is visited once.
        var blamed = new Dictionary<int, int>();
        var waiting = new Queue<int>();
        for (var i = 0; i < circles.Count; i++)
        {
            foreach (var place in circles[i])
            {
                blamed[place] = i;
                waiting.Enqueue(place);
            }
        }

        var behind = circles.Select(_ => new List<int>()).ToList();
        var before = Before();
        while (waiting.TryDequeue(out var at))
        {
            foreach (var follower in before[at] ?? [])
            {
                if (blamed.TryAdd(follower, blamed[at]))
                {
                    behind[blamed[at]].Add(follower);
                    waiting.Enqueue(follower);
                }
            }
        }

        return [.. circles.Select((group, i) => (PathIn(group.ToHashSet()), (IReadOnlyList<int>)behind[i]))];
    }

    /// <summary>A way through a group of steps, each of which leads to all others, that ends where it begins.</summary>
    private List<int> PathIn(HashSet<int> group)
    {
        var (path, seen) = (new List<int>(), new Dictionary<int, int>());
        var at = group.Min();
        while (seen.TryAdd(at, path.Count))
        {
            path.Add(at);
            at = _after[at].First(group.Contains);
        }

        return path[seen[at]..];
    }

    /// <summary>The groups of steps that lead to each other (Kosaraju's algorithm, without recursion, because a plan may be a long chain).</summary>
    private List<List<int>> Groups(HashSet<int> free)
    {
        var order = new List<int>();
        var seen = new HashSet<int>(free);
        for (var start = 0; start < Count; start++)
        {
            if (!seen.Add(start))
                continue;
            var path = new Stack<(int Place, int Next)>([(start, 0)]);
            while (path.TryPop(out var at))
            {
                if (at.Next == _after[at.Place].Length)
                {
                    order.Add(at.Place);
                    continue;
                }

                path.Push((at.Place, at.Next + 1));
                if (seen.Add(_after[at.Place][at.Next]))
                    path.Push((_after[at.Place][at.Next], 0));
            }
        }

        var before = Before();
        var groups = new List<List<int>>();
        var grouped = new HashSet<int>(free);
        for (var i = order.Count - 1; i >= 0; i--)
        {
            if (!grouped.Add(order[i]))
                continue;
            var group = new List<int>();
            var waiting = new Stack<int>([order[i]]);
            while (waiting.TryPop(out var at))
            {
                group.Add(at);
                foreach (var follower in (before[at] ?? []).Where(grouped.Add))
                    waiting.Push(follower);
            }

            groups.Add(group);
        }

        return groups;
    }

    /// <summary>For each step, those that wait for it; null for none.</summary>
    private List<int>?[] Before()
    {
        var before = new List<int>?[Count];
        for (var i = 0; i < Count; i++)
        {
            foreach (var other in _after[i])
                (before[other] ??= []).Add(i);
        }

        return before;
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
