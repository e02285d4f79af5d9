using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.Squads;

/// <summary>Whether an agent currently matches a name or a group.</summary>
internal sealed class AgentGroups(ProjectDirectory projects, SquadDirectory squads) : IReaderGroups
{
    private const string Role = "role:", Squad = "squad:";

    public bool IsAmong(int project, Reader reader, IReadOnlyList<string> who) =>
        who.Count > 0 && projects.Find(project) is { } known && known.Agents.Find(reader.Agent) is { } agent && who.Any(name => IsMeant(known, agent, name));

    private bool IsMeant(ProjectState project, AgentState agent, string name)
    {
        if (name == "*" || name == agent.Id)
            return true;
        if (name.StartsWith(Role, StringComparison.Ordinal))
            return agent.Record.Role is { } role && name.AsSpan(Role.Length).SequenceEqual(role);
        return name.StartsWith(Squad, StringComparison.Ordinal) && squads.Has(project, name[Squad.Length..], agent.Number);
    }
}
