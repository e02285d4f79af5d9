using Parley.Protocol;

namespace Parley.Server.Projects;

/// <summary>Durable projects. Every method is one atomic transition.</summary>
internal interface IProjectStore
{
    ValueTask<IReadOnlyList<ProjectRecord>> LoadAsync(CancellationToken cancellationToken);

    /// <returns>The new project; null when the id is taken.</returns>
    ValueTask<ProjectRecord?> AddAsync(string id, string name, ProjectSettings settings, CancellationToken cancellationToken);

    /// <returns>The project as it is now; null when it is gone.</returns>
    ValueTask<ProjectRecord?> ChangeAsync(int number, string? name, ProjectSettings settings, CancellationToken cancellationToken);

    /// <summary>Deletes the project with everything in it, in bounded steps: the first makes it unreachable for good.</summary>
    ValueTask DeleteAsync(int number, CancellationToken cancellationToken);

    /// <summary>Finishes deletions that a kill cut short.</summary>
    /// <returns>How many projects.</returns>
    ValueTask<int> FinishDeletionsAsync(CancellationToken cancellationToken);
}
