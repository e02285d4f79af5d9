using Parley.Server.Projects;

namespace Parley.Server.Agents;

/// <summary>Who the members of a squad are; implemented by the concept on the right.</summary>
internal interface ISquadMembers
{
    /// <returns>The agents' numbers; null when there is no such squad.</returns>
    ValueTask<IReadOnlyList<int>?> MembersAsync(ProjectState project, string squadId, CancellationToken cancellationToken);

    /// <summary>The ids of all squads of a project, in no order.</summary>
    IEnumerable<string> IdsOf(ProjectState project);
}
