namespace Parley.Client;

/// <summary>Which entries of a stream to read, and from where.</summary>
public sealed record StreamOptions
{
    /// <summary>Only messages and events of these types. Other kinds of entries are still sent.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>Only messages from or to these agents.</summary>
    public IReadOnlyList<string>? Agents { get; init; }

    /// <summary>A place (<c>EPOCH-SEQ</c>, or a bare seq; <c>0</c> is the start). If null, streams of executions and threads give their history
    /// first, and other streams only new entries.</summary>
    public string? After { get; init; }

    /// <summary>Whether to include <c>place</c> entries, which only say that the stream is open and where it is.</summary>
    public bool Places { get; init; }

    /// <summary>Called each time the connection is lost, before reconnecting. It must return quickly and not throw.</summary>
    public Action? Interrupted { get; init; }
}

/// <summary>Live streams. Each stream reconnects by itself and continues from its place. It ends when the caller stops reading, when its
/// execution has ended, or with a <see cref="ParleyException"/> if the server refuses it.</summary>
public sealed class StreamsApi
{
    private readonly RestConnection _connection;

    internal StreamsApi(RestConnection connection) => _connection = connection;

    /// <summary>Streams the messages, status, and completion of an execution: history first, then live.</summary>
    public IAsyncEnumerable<StreamEvent> Execution(string executionId, StreamOptions? options = null, CancellationToken cancellationToken = default) =>
        Read(() => new RestPath($"sse/execution/{executionId}"), options, endsWithCompletion: true, cancellationToken);

    /// <summary>Streams everything in a project that the caller may read, live.</summary>
    /// <exception cref="ParleyException">The server refuses the stream; thrown while it is read.</exception>
    public IAsyncEnumerable<StreamEvent> Project(string projectId, StreamOptions? options = null, CancellationToken cancellationToken = default) =>
        Read(() => new RestPath($"sse/project/{projectId}"), options, endsWithCompletion: false, cancellationToken);

    /// <summary>Streams the messages that an agent may read, live.</summary>
    /// <exception cref="ParleyException">The server refuses the stream; thrown while it is read.</exception>
    public IAsyncEnumerable<StreamEvent> Agent(string agentId, StreamOptions? options = null, CancellationToken cancellationToken = default) =>
        Read(() => new RestPath($"sse/agent/{agentId}"), options, endsWithCompletion: false, cancellationToken);

    /// <summary>Streams a conversation: history first, then live.</summary>
    public IAsyncEnumerable<StreamEvent> Thread(string threadId, StreamOptions? options = null, CancellationToken cancellationToken = default) =>
        Read(() => new RestPath($"sse/thread/{threadId}"), options, endsWithCompletion: false, cancellationToken);

    /// <summary>Streams published events, live.</summary>
    public IAsyncEnumerable<StreamEvent> Events(StreamOptions? options = null, CancellationToken cancellationToken = default) =>
        Read(() => new RestPath($"sse/events"), options, endsWithCompletion: false, cancellationToken);

    private IAsyncEnumerable<StreamEvent> Read(
        Func<RestPath> address, StreamOptions? options, bool endsWithCompletion, CancellationToken cancellationToken) =>
        new EventStream(_connection, address, options ?? new StreamOptions(), endsWithCompletion).ReadAsync(cancellationToken);
}
