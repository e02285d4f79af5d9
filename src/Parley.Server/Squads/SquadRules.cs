using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Wire;

namespace Parley.Server.Squads;

/// <summary>The rules for squads, their members, and their changes.</summary>
internal static class SquadRules
{
    /// <summary>The types of its log entries.</summary>
    internal const string CreatedType = "squad_created", UpdatedType = "squad_updated", RemovedType = "squad_removed";

    internal const int MostMembers = 1_000;

    private const string Noun = "squad";

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

    internal static Decision<Squad> Create(Entity<Squad>? present, Squad squad) => present is null
        ? Decision<Squad>.Put(squad, CreatedType)
        : Decision<Squad>.Refuse(Problems.AlreadyExists(Noun, squad.SquadId));

    /// <summary>Renames it, replaces its members, or both.</summary>
    /// <param name="version">The version that it must have; null for any.</param>
    internal static Decision<Squad> Change(Entity<Squad>? present, string id, string? name, IReadOnlyList<SquadMember>? members, long? version) =>
        Decide(present, id, version, squad => Put(squad, squad with { Name = name ?? squad.Name, Members = members ?? squad.Members }));

    /// <summary>Adds a member at the end, or changes its role in the squad.</summary>
    internal static Decision<Squad> Join(Entity<Squad>? present, string id, SquadMember member) => Decide(present, id, version: null, squad =>
    {
        if (squad.Members.Any(known => known.AgentId == member.AgentId))
            return Put(squad, squad with { Members = [.. squad.Members.Select(known => known.AgentId == member.AgentId ? member : known)] });
        return squad.Members.Count >= MostMembers
            ? Decision<Squad>.Refuse(Problems.Conflict($"The squad already has {MostMembers} members, the most that it can have."))
            : Put(squad, squad with { Members = [.. squad.Members, member] });
    });

    internal static Decision<Squad> Leave(Entity<Squad>? present, string id, string agentId) => Decide(present, id, version: null, squad =>
    {
        var others = squad.Members.Where(known => known.AgentId != agentId).ToList();
        return others.Count == squad.Members.Count
            ? Decision<Squad>.Refuse(Problems.NotFound("member", agentId))
            : Put(squad, squad with { Members = others });
    });

    /// <summary>Removes all members except some.</summary>
    /// <param name="stays">Whether the agent with this id stays.</param>
    internal static Decision<Squad> KeepOnly(Entity<Squad>? present, string id, Func<string, bool> stays) => Decide(
        present, id, version: null, squad => Put(squad, squad with { Members = [.. squad.Members.Where(member => stays(member.AgentId!))] }));

    internal static Decision<Squad> Pause(Entity<Squad>? present, string id, Func<Pause?, Pause?> change) =>
        Decide(present, id, version: null, squad => Put(squad, squad with { Pause = change(squad.Pause) }));

    /// <inheritdoc cref="Change"/>
    internal static Decision<Squad> Remove(Entity<Squad>? present, string id, long? version) =>
        Decide(present, id, version, static _ => Decision<Squad>.Remove(RemovedType));

    private static Decision<Squad> Decide(Entity<Squad>? present, string id, long? version, Func<Squad, Decision<Squad>> decide)
    {
        if (present is null)
            return Decision<Squad>.Refuse(Problems.NotFound(Noun, id));
        return version is not null && version != present.Version
            ? Decision<Squad>.Refuse(Problems.VersionMismatch(Noun, id, present.Version))
            : decide(present.Value);
    }

    private static Decision<Squad> Put(Squad was, Squad squad) => squad.Name == was.Name && squad.Pause == was.Pause && squad.Members.SequenceEqual(was.Members)
        ? Decision<Squad>.Keep
        : Decision<Squad>.Put(squad, UpdatedType);
}
