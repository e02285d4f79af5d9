using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Squads;

/// <summary>What a squad may be called, and who may be in it.</summary>
internal static class SquadRules
{
    internal const int MostMembers = 1_000;

    internal static Validation Check(SquadRequest request)
    {
        var validation = new Validation()
            .SquadId("squad_id", request.SquadId)
            .DisplayText("name", request.Name)
            .Check(request.Members is null or { Count: <= MostMembers }, "members", $"has more than {MostMembers} items");
        for (var i = 0; validation.IsGood && i < request.Members?.Count; i++)
        {
            validation.Check(request.Members[i] is { AgentId: not null }, $"members[{i}].agent_id", "is missing");
            if (request.Members[i] is { } member)
                CheckMember(validation, $"members[{i}].", member);
        }

        var twice = request.Members?.Where(member => member?.AgentId is not null).GroupBy(member => member.AgentId).FirstOrDefault(group => group.Count() > 1);
        return validation.Check(twice is null, "members", $"has '{Problems.Shown(twice?.Key ?? "")}' twice");
    }

    internal static Validation CheckMember(Validation validation, string path, SquadMember member) => validation
        .AgentId($"{path}agent_id", member.AgentId)
        .DisplayText($"{path}role", member.Role, 100)
        .DisplayText($"{path}specialization", member.Specialization);

    internal static bool TryFindMembers(ProjectState project, IReadOnlyList<SquadMember> wanted, out IReadOnlyList<MemberRecord> members, out ApiProblem? problem)
    {
        var found = new List<MemberRecord>(wanted.Count);
        problem = null;
        foreach (var member in wanted)
        {
            if (project.Agents.Find(member.AgentId!) is { } agent)
                found.Add(new MemberRecord(agent.Number, member.Role, member.Specialization));
            else
                problem ??= Problems.NotFound("agent", member.AgentId!);
        }

        members = found;
        return problem is null;
    }
}
