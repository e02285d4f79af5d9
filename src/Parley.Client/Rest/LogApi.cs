using System.Runtime.CompilerServices;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>A project's log over REST: what happened, in order, each item as it was then.</summary>
public sealed class LogApi
{
    private readonly RestConnection _connection;

    internal LogApi(RestConnection connection) => _connection = connection;

    /// <summary>Reads a page of the log, oldest first.</summary>
    /// <param name="filter">Which entries; all that the token may read if omitted.</param>
    /// <param name="after">A place or a seq: only entries after it. The start of the log if omitted.</param>
    /// <param name="limit">Entries per page, 1-500; 100 if omitted. A page may have fewer, even none, without being the last one.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<LogPage> ReadAsync(LogFilter? filter = null, string? after = null, int? limit = null, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new RestPath($"log").With("after", after).With("until", filter?.Until).With("limit", limit).With("execution", filter?.ExecutionId)
                .With("thread", filter?.ThreadId).WithSet("agents", filter?.Agents).WithSet("kinds", filter?.Kinds),
            WireJson.Lenient.LogPage, cancellationToken);

    /// <summary>Reads the log to its end, page by page.</summary>
    /// <param name="filter">Which entries; all that the token may read if omitted.</param>
    /// <param name="after">A place or a seq: only entries after it. The start of the log if omitted.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public async IAsyncEnumerable<LogRecord> ReadAllAsync(
        LogFilter? filter = null, string? after = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        do
        {
            var page = await ReadAsync(filter, after, limit: 500, cancellationToken).ConfigureAwait(false);
            foreach (var record in page.Items)
                yield return record;
            after = page.Next;
        }
        while (after is not null);
    }

    /// <summary>Counts messages, questions, and failures over time.</summary>
    /// <param name="bucket">1s, 5s, 10s, 30s, 1m, 5m, 10m, 15m, 30m, 1h, 6h, 12h, or 1d; 5m if omitted. Less than 1m needs an execution.</param>
    /// <param name="since">The start; 24 hours before <paramref name="until"/>, or the start of the execution, if omitted.</param>
    /// <param name="until">The end; now, or the end of the execution, if omitted.</param>
    /// <param name="executionId">Only what belongs to this execution.</param>
    /// <param name="after">With an execution: the <c>next</c> of the previous answer. Add up the buckets with the same time.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<LogHistogram> HistogramAsync(
        string? bucket = null, DateTimeOffset? since = null, DateTimeOffset? until = null, string? executionId = null, string? after = null,
        CancellationToken cancellationToken = default) =>
        _connection.GetAsync(
            new RestPath($"log/histogram").With("bucket", bucket).With("since", since).With("until", until).With("execution", executionId).With("after", after),
            WireJson.Lenient.LogHistogram, cancellationToken);

    /// <summary>Gets the place of the last entry at a time or before.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<LogPlace> PlaceAsync(DateTimeOffset time, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"log/place").With("time", time), WireJson.Lenient.LogPlace, cancellationToken);
}

/// <summary>Which entries of the log to read. All that are given must hold.</summary>
public sealed record LogFilter
{
    /// <summary>A place or a seq: only entries up to it, including it.</summary>
    public string? Until { get; init; }

    /// <summary>Only an execution and what belongs to it: its messages and questions, and the steps of its workflow.</summary>
    public string? ExecutionId { get; init; }

    /// <summary>Only a thread and what belongs to it: its messages and questions, and the task or the workflow that it is about.</summary>
    public string? ThreadId { get; init; }

    /// <summary>Only entries from, to, or about one of these agents.</summary>
    public IReadOnlyList<string>? Agents { get; init; }

    /// <summary>Only these kinds: names of feeds, such as <c>messages</c> and <c>tasks</c>, or <c>reactions</c> or <c>audit</c>.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }
}
