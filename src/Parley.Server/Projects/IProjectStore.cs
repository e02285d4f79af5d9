using Parley.Protocol;

namespace Parley.Server.Projects;

/// <summary>Durable projects. Every method is one atomic transition.</summary>
internal interface IProjectStore
{
    ValueTask<IReadOnlyList<ProjectRecord>> LoadAsync(CancellationToken cancellationToken);

    /// <returns>The new project; null if the id is taken.</returns>
    ValueTask<ProjectRecord?> AddAsync(string id, string name, ProjectSettings settings, CancellationToken cancellationToken);

    /// <returns>The project's current state; null if it no longer exists.</returns>
    ValueTask<ProjectRecord?> ChangeAsync(int number, string? name, ProjectSettings settings, CancellationToken cancellationToken);

    /// <summary>Pauses a project, or ends its pause.</summary>
    /// <returns>The project's current state; null if it no longer exists.</returns>
    ValueTask<ProjectRecord?> PauseAsync(int number, Pause? pause, CancellationToken cancellationToken);

    /// <summary>Deletes the project and everything in it, in limited steps. The first step makes it unreachable for good.</summary>
    ValueTask DeleteAsync(int number, CancellationToken cancellationToken);

    /// <summary>Finishes deletions that a kill interrupted.</summary>
    /// <returns>How many projects were deleted.</returns>
    ValueTask<int> FinishDeletionsAsync(CancellationToken cancellationToken);
}
