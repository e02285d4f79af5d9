using Parley.Protocol;

namespace Parley.Client;

/// <summary>Conversations.</summary>
public sealed class ThreadsApi
{
    private readonly RestConnection _connection;

    internal ThreadsApi(RestConnection connection) => _connection = connection;

    /// <summary>Lists the conversations that the caller may read, most recently active first, a page at a time.</summary>
    /// <param name="limit">Conversations per page, 1-500; 50 if omitted.</param>
    /// <param name="after">The <c>next</c> of the previous page; the first page if omitted.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<ThreadSummary>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"threads").With("limit", limit).With("after", after), WireJson.Lenient.PageThreadSummary, cancellationToken);

    /// <summary>Gets a conversation in short: open and settled requests, and the newest message; and what the project's own model makes of it, if the
    /// project has one.</summary>
    /// <param name="threadId">The conversation.</param>
    /// <param name="refresh">Whether to ask the model again even if its summary is still good.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<ThreadDigest> DigestAsync(string threadId, bool refresh = false, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"threads/{threadId}/digest").With("refresh", refresh ? "true" : null), WireJson.Lenient.ThreadDigest, cancellationToken);

    /// <summary>Gets a conversation's messages, in order, a page at a time.</summary>
    public Task<ThreadView> GetAsync(string threadId, int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"threads/{threadId}").With("limit", limit).With("after", after), WireJson.Lenient.ThreadView, cancellationToken);

    /// <summary>Checks whether what you have read, up to <paramref name="since"/>, is still current. Ask before you do something that cannot be undone.</summary>
    public Task<ThreadCurrent> CurrentAsync(string threadId, long since, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"threads/{threadId}/current").With("since", since), WireJson.Lenient.ThreadCurrent, cancellationToken);
}
