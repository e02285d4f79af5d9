using Parley.Server.Projects;

namespace Parley.Server.Agents;

/// <summary>The members of squads. Implemented by the concept to the right.</summary>
internal interface ISquadMembers
{
    /// <returns>The agents' numbers; null if there is no such squad.</returns>
    ValueTask<IReadOnlyList<int>?> MembersAsync(ProjectState project, string squadId, CancellationToken cancellationToken);

    /// <summary>The ids of all squads in a project, in no particular order.</summary>
    IEnumerable<string> IdsOf(ProjectState project);
}
