namespace Parley.Client;

/// <summary>What of a stream, and from where on.</summary>
public sealed record StreamOptions
{
    /// <summary>Types of messages and events; everything else comes all the same.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>Agents that sent or are named.</summary>
    public IReadOnlyList<string>? Agents { get; init; }

    /// <summary>A place (<c>EPOCH-SEQ</c>, or a bare seq; <c>0</c> is the start). Absent: the history of an execution or thread first,
    /// of the others what happens from now on.</summary>
    public string? After { get; init; }

    /// <summary>Whether the entries <c>place</c> are given too: they tell that a stream stands, and where, and say nothing else.</summary>
    public bool Places { get; init; }

    /// <summary>Called each time that the connection is gone, before another is tried. It returns soon and does not throw.</summary>
    public Action? Interrupted { get; init; }
}

/// <summary>What happens, as it happens. Each stream reconnects by itself and goes on from its place; it ends when the caller
/// stops reading, when its execution has ended, or with a <see cref="ParleyException"/> when the server refuses it.</summary>
public sealed class StreamsApi
{
    private readonly RestConnection _connection;

    internal StreamsApi(RestConnection connection) => _connection = connection;

    /// <summary>The messages, status and end of an execution: its history, then live.</summary>
    public IAsyncEnumerable<StreamEvent> Execution(string executionId, StreamOptions? options = null, CancellationToken cancellationToken = default) =>
        Read(() => new RestPath($"sse/execution/{executionId}"), options, endsWithCompletion: true, cancellationToken);

    /// <summary>Everything in a project that the caller may read, live.</summary>
    /// <exception cref="ParleyException">The server refuses the stream; thrown while it is read.</exception>
    public IAsyncEnumerable<StreamEvent> Project(string projectId, StreamOptions? options = null, CancellationToken cancellationToken = default) =>
        Read(() => new RestPath($"sse/project/{projectId}"), options, endsWithCompletion: false, cancellationToken);

    /// <summary>The messages that an agent may read, live.</summary>
    /// <exception cref="ParleyException">The server refuses the stream; thrown while it is read.</exception>
    public IAsyncEnumerable<StreamEvent> Agent(string agentId, StreamOptions? options = null, CancellationToken cancellationToken = default) =>
        Read(() => new RestPath($"sse/agent/{agentId}"), options, endsWithCompletion: false, cancellationToken);

    /// <summary>A conversation: its history, then live.</summary>
    public IAsyncEnumerable<StreamEvent> Thread(string threadId, StreamOptions? options = null, CancellationToken cancellationToken = default) =>
        Read(() => new RestPath($"sse/thread/{threadId}"), options, endsWithCompletion: false, cancellationToken);

    /// <summary>Published events.</summary>
    public IAsyncEnumerable<StreamEvent> Events(StreamOptions? options = null, CancellationToken cancellationToken = default) =>
        Read(() => new RestPath($"sse/events"), options, endsWithCompletion: false, cancellationToken);

    private IAsyncEnumerable<StreamEvent> Read(
        Func<RestPath> address, StreamOptions? options, bool endsWithCompletion, CancellationToken cancellationToken) =>
        new EventStream(_connection, address, options ?? new StreamOptions(), endsWithCompletion).ReadAsync(cancellationToken);
}
