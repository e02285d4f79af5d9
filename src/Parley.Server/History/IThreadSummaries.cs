using Parley.Protocol;
using Parley.Server.Projects;

namespace Parley.Server.History;

/// <summary>Adds what a project's own model makes of a thread to its digest.</summary>
internal interface IThreadSummaries
{
    /// <param name="messages">The messages that the digest covers, in order.</param>
    /// <param name="refresh">Whether to ask the model even if the summary that is kept is still good.</param>
    /// <returns>The digest with a summary, or with the reason why there is none; as it was if the project has no model.</returns>
    ValueTask<ThreadDigest> AddAsync(ProjectState project, ThreadDigest digest, IReadOnlyList<Message> messages, bool refresh, CancellationToken cancellationToken);
}
