using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Projects;

namespace Parley.Server.Questions;

/// <summary>The open questions of all projects, in memory, on every node: which agents wait for people, and who waits for which answer.</summary>
internal sealed class OpenQuestions(IEntityStore store, ProjectDirectory projects)
{
    private const int PartSize = 500;

    private readonly Lock _gate = new();
    private readonly Dictionary<int, Dictionary<long, Asked>> _ofProjects = [];
    private readonly Dictionary<int, SortedSet<(long At, long Made)>> _ofAgents = [];

    /// <summary>Reads the store. Called once, before the first request.</summary>
    internal async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All)
        {
            var query = new EntityQuery(project.Number, QuestionKinds.Question.Number, PartSize) { Marks = [QuestionKinds.Mark(QuestionStatus.Open)] };
            while (true)
            {
                var part = await store.ListAsync(query, cancellationToken);
                foreach (var row in part)
                    Follow(row);
                if (part.Count < PartSize)
                    break;
                query = query with { Below = part[^1].Made };
            }
        }
    }

    /// <summary>Takes over a question as it is in the store.</summary>
    internal void Follow(EntityRow row)
    {
        if (projects.Find(row.Project) is not { } project)
            return;
        Asked? ended = null;
        lock (_gate)
        {
            var open = OfProject(project);
            if (row.IsOver)
                open.Remove(row.Made, out ended);
            else
                open.TryAdd(row.Made, new Asked(row.Maker));
            // For a step of a workflow, no agent waits.
            if (row.Maker != 0)
                FollowAgent(row, project.Agents.Find(row.Maker));
        }

        ended?.Ended.TrySetResult();
    }

    private Dictionary<long, Asked> OfProject(ProjectState project)
    {
        if (_ofProjects.TryGetValue(project.Number, out var open))
            return open;
        _ofProjects.Add(project.Number, open = []);
        project.Gone.Token.Register(() => Forget(project.Number));
        return open;
    }

    /// <summary>A deleted project has no questions.</summary>
    private void Forget(int project)
    {
        lock (_gate)
        {
            if (!_ofProjects.Remove(project, out var open))
                return;
            foreach (var asked in open.Values)
            {
                _ofAgents.Remove(asked.Maker);
                asked.Ended.TrySetResult();
            }
        }
    }

    private void FollowAgent(EntityRow row, AgentState? agent)
    {
        if (!_ofAgents.TryGetValue(row.Maker, out var all))
            all = [];
        if (row.IsOver)
            all.Remove((row.MadeAt, row.Made));
        else
            all.Add((row.MadeAt, row.Made));
        if (all.Count == 0)
            _ofAgents.Remove(row.Maker);
        else
            _ofAgents[row.Maker] = all;
        if (agent is not null)
            agent.AsksSince = all.Count > 0 ? DateTimeOffset.FromUnixTimeMilliseconds(all.Min.At) : null;
    }

    /// <summary>How many open questions an agent has.</summary>
    /// <param name="agent">Its number.</param>
    internal int CountOf(int agent)
    {
        lock (_gate)
            return _ofAgents.TryGetValue(agent, out var all) ? all.Count : 0;
    }

    /// <summary>Completes when this node knows that a question has ended.</summary>
    internal Task EndOf(EntityRow row)
    {
        lock (_gate)
            return _ofProjects.TryGetValue(row.Project, out var open) && open.TryGetValue(row.Made, out var asked) ? asked.Ended.Task : Task.CompletedTask;
    }

    /// <param name="Maker">The agent that asks; 0 for none.</param>
    private sealed record Asked(int Maker)
    {
        internal TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
