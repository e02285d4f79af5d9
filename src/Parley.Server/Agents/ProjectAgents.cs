using System.Collections.Concurrent;
using Parley.Server.Projects;

namespace Parley.Server.Agents;

/// <summary>The agents of one project, in memory. Every address is resolved here.</summary>
internal sealed class ProjectAgents
{
    private readonly ConcurrentDictionary<string, AgentState> _byId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, AgentState> _byNumber = new();

    internal int Count => _byNumber.Count;

    internal IEnumerable<AgentState> All => _byNumber.Values;

    internal AgentState? Find(string id) => _byId.GetValueOrDefault(id);

    internal AgentState? Find(int number) => _byNumber.GetValueOrDefault(number);

    internal void Keep(AgentState agent)
    {
        _byNumber[agent.Number] = agent;
        _byId[agent.Id] = agent;
    }

    /// <summary>The agent for a record. It is added if it is not there yet.</summary>
    internal AgentState KeepOne(AgentRecord record)
    {
        var agent = _byNumber.GetOrAdd(record.Number, static (_, kept) => new AgentState(kept), record);
        _byId[agent.Id] = agent;
        return agent;
    }

    internal void Forget(AgentState agent)
    {
        _byId.TryRemove(new KeyValuePair<string, AgentState>(agent.Id, agent));
        _byNumber.TryRemove(agent.Number, out _);
    }
}

/// <summary>Attaches a project's agents to the project in memory, so that an address is resolved with one lookup.</summary>
internal static class AgentsOfProject
{
    extension(ProjectState project)
    {
        internal ProjectAgents Agents => project.Kept<ProjectAgents>();
    }
}
