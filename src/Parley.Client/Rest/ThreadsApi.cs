using Parley.Protocol;

namespace Parley.Client;

/// <summary>Conversations.</summary>
public sealed class ThreadsApi
{
    private readonly RestConnection _connection;

    internal ThreadsApi(RestConnection connection) => _connection = connection;

    /// <summary>The conversations that the caller may read, the newest first, a page at a time.</summary>
    /// <param name="limit">How many to a page, 1-500; 50 if absent.</param>
    /// <param name="after">The <c>next</c> of the page before; the first page if absent.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it; no server answers.</exception>
    public Task<Page<ThreadSummary>> ListAsync(int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"threads").With("limit", limit).With("after", after), WireJson.Lenient.PageThreadSummary, cancellationToken);

    /// <summary>A conversation's messages, in order, a page at a time.</summary>
    public Task<ThreadView> GetAsync(string threadId, int? limit = null, string? after = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"threads/{threadId}").With("limit", limit).With("after", after), WireJson.Lenient.ThreadView, cancellationToken);

    /// <summary>Whether what one read up to <paramref name="since"/> still stands: ask before something that can not be undone.</summary>
    public Task<ThreadCurrent> CurrentAsync(string threadId, long since, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"threads/{threadId}/current").With("since", since), WireJson.Lenient.ThreadCurrent, cancellationToken);
}
