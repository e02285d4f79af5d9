using Parley.Protocol;

namespace Parley.Client;

/// <summary>The server's REST interface and its streams, for anybody with a token: a command line, a dashboard, an operator, an agent
/// that works in turns. Safe for use by many at once. Every call throws <see cref="ParleyException"/> when the server refuses and
/// <see cref="ParleyUnreachableException"/> when none answers.</summary>
public sealed class ParleyApi : IAsyncDisposable
{
    private readonly RestConnection _connection;

    private ParleyApi(RestConnection connection, ServerLocation location)
    {
        _connection = connection;
        Location = location;
        Agents = new AgentsApi(connection);
        Messages = new MessagesApi(connection);
        DeadLetters = new DeadLettersApi(connection);
        Threads = new ThreadsApi(connection);
        Executions = new ExecutionsApi(connection);
        Memory = new MemoryApi(connection);
        Squads = new SquadsApi(connection);
        Projects = new ProjectsApi(connection);
        Tokens = new TokensApi(connection);
        Streams = new StreamsApi(connection);
    }

    /// <summary>Where the server was found and with which token it is spoken to.</summary>
    public ServerLocation Location { get; }

    /// <summary>Who is there.</summary>
    public AgentsApi Agents { get; }

    /// <summary>Sending, history and mailboxes.</summary>
    public MessagesApi Messages { get; }

    /// <summary>Deliveries that ran out of attempts.</summary>
    public DeadLettersApi DeadLetters { get; }

    /// <summary>Conversations.</summary>
    public ThreadsApi Threads { get; }

    /// <summary>Runs of a piece of work.</summary>
    public ExecutionsApi Executions { get; }

    /// <summary>What the agents of a project know together.</summary>
    public MemoryApi Memory { get; }

    /// <summary>Named groups of agents.</summary>
    public SquadsApi Squads { get; }

    /// <summary>Projects and their settings; to make, change and delete them is an admin's business.</summary>
    public ProjectsApi Projects { get; }

    /// <summary>Tokens; an admin's business.</summary>
    public TokensApi Tokens { get; }

    /// <summary>What happens, live, by server-sent events.</summary>
    public StreamsApi Streams { get; }

    /// <summary>Finds the server and the token (<see cref="ServerLocation"/>). Nothing is sent yet.</summary>
    /// <exception cref="ParleyConfigurationException">No server was found.</exception>
    public static ParleyApi Open(ParleyOptions? options = null)
    {
        options ??= new ParleyOptions();
        return Open(ServerLocation.Find(options), options.TimeProvider);
    }

    internal static ParleyApi Open(ServerLocation location, TimeProvider time, HttpMessageHandler? handler = null) =>
        new(new RestConnection(location.Url, location.Token, location.Project, time, handler ?? location.CreateHttpHandler()), location);

    /// <summary>A one-time address for what can set no header: a browser's EventSource or WebSocket.</summary>
    public Task<Ticket> TicketAsync(string path, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"tickets"), new TicketRequest { Path = path },
            WireJson.Lenient.TicketRequest, WireJson.Lenient.Ticket, cancellationToken);

    /// <summary>The project's figures.</summary>
    public Task<Stats> StatsAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"stats"), WireJson.Lenient.Stats, cancellationToken);

    /// <summary>Whether the server can serve; a server that runs and can not is a value with the reason, not an exception.</summary>
    public Task<Health> HealthAsync(CancellationToken cancellationToken = default) =>
        _connection.GetOutsideAsync("health", WireJson.Lenient.Health, evenWhenUnavailable: true, cancellationToken);

    /// <summary>Closes its connections. Calls that are under way fail.</summary>
    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
