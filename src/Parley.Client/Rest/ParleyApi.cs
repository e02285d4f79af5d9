using Parley.Protocol;

namespace Parley.Client;

/// <summary>The server's REST interface and its streams, for anyone with a token: a command line, a dashboard, an operator, or an agent
/// that works in turns. Thread-safe. Every call throws <see cref="ParleyException"/> if the server refuses, and
/// <see cref="ParleyUnreachableException"/> if no server answers.</summary>
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
        Tasks = new TasksApi(connection);
        Questions = new QuestionsApi(connection);
        Reservations = new ReservationsApi(connection);
        Workflows = new WorkflowsApi(connection);
        Attention = new AttentionApi(connection);
        Storms = new StormsApi(connection);
        Budgets = new BudgetsApi(connection);
        Events = new EventsApi(connection);
        Squads = new SquadsApi(connection);
        Schemas = new SchemasApi(connection);
        Routing = new RoutingApi(connection);
        Inbound = new InboundApi(connection);
        Webhooks = new WebhooksApi(connection);
        Counts = new StatsApi(connection);
        Log = new LogApi(connection);
        Projects = new ProjectsApi(connection);
        Tokens = new TokensApi(connection);
        Streams = new StreamsApi(connection);
    }

    /// <summary>The server's location, and the token in use.</summary>
    public ServerLocation Location { get; }

    /// <summary>Registration, discovery, and presence of agents.</summary>
    public AgentsApi Agents { get; }

    /// <summary>Sending, history, and mailboxes.</summary>
    public MessagesApi Messages { get; }

    /// <summary>Deliveries that ran out of attempts.</summary>
    public DeadLettersApi DeadLetters { get; }

    /// <summary>Conversations.</summary>
    public ThreadsApi Threads { get; }

    /// <summary>Runs of a piece of work.</summary>
    public ExecutionsApi Executions { get; }

    /// <summary>Shared memory: values under keys.</summary>
    public MemoryApi Memory { get; }

    /// <summary>Pieces of work that are assigned to agents.</summary>
    public TasksApi Tasks { get; }

    /// <summary>Questions to people, and their answers.</summary>
    public QuestionsApi Questions { get; }

    /// <summary>Paths of a repository that agents keep for themselves for a while.</summary>
    public ReservationsApi Reservations { get; }

    /// <summary>Workflows and their definitions.</summary>
    public WorkflowsApi Workflows { get; }

    /// <summary>What waits for people, and what is stuck.</summary>
    public AttentionApi Attention { get; }

    /// <summary>Agents that answer each other too often, whose further replies are held.</summary>
    public StormsApi Storms { get; }

    /// <summary>How much may be sent by an agent, in a thread, or in an execution.</summary>
    public BudgetsApi Budgets { get; }

    /// <summary>Events, published by agents and by the server.</summary>
    public EventsApi Events { get; }

    /// <summary>Named groups of agents.</summary>
    public SquadsApi Squads { get; }

    /// <summary>Message counts over a time span: by type, agent, pair, and execution, and as a timeline.</summary>
    public StatsApi Counts { get; }

    /// <summary>What happened, in order, each item as it was then.</summary>
    public LogApi Log { get; }

    /// <summary>Schemas of message types. Only admins may change them.</summary>
    public SchemasApi Schemas { get; }

    /// <summary>Routing rules, and why a message would go where. Only admins may change the rules.</summary>
    public RoutingApi Routing { get; }

    /// <summary>Addresses that outside systems post messages to. Only admins and operators may change them.</summary>
    public InboundApi Inbound { get; }
    /// <summary>Addresses that the server posts events to. Only admins and operators may change them.</summary>
    public WebhooksApi Webhooks { get; }

    /// <summary>Projects and their settings. Only admins may create, change, and delete them.</summary>
    public ProjectsApi Projects { get; }

    /// <summary>Tokens. Only admins may create and revoke them.</summary>
    public TokensApi Tokens { get; }

    /// <summary>Live streams of events (server-sent events).</summary>
    public StreamsApi Streams { get; }

    /// <summary>Finds the server and the token (see <see cref="ServerLocation"/>). Does not contact the server yet.</summary>
    /// <exception cref="ParleyConfigurationException">No server was found.</exception>
    public static ParleyApi Open(ParleyOptions? options = null)
    {
        options ??= new ParleyOptions();
        return Open(ServerLocation.Find(options), options.TimeProvider);
    }

    internal static ParleyApi Open(ServerLocation location, TimeProvider time, HttpMessageHandler? handler = null) =>
        new(new RestConnection(location.Url, location.Token, location.Project, time, handler ?? location.CreateHttpHandler()), location);

    /// <summary>Gets a ticket for clients that cannot set headers, such as a browser's EventSource or WebSocket.</summary>
    public Task<Ticket> TicketAsync(string path, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"tickets"), new TicketRequest { Path = path },
            WireJson.Lenient.TicketRequest, WireJson.Lenient.Ticket, cancellationToken);

    /// <summary>Gets a ticket that signs a browser in, once, within 10 minutes, with the rights of your token: open <c>/sign-in#TICKET</c> on the
    /// server.</summary>
    /// <exception cref="ParleyException">It is not the token of an admin, operator, or observer (<see cref="ErrorCodes.Forbidden"/>), or the server
    /// refuses.</exception>
    public Task<Ticket> SignInTicketAsync(CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Post, new RestPath($"session/tickets"), WireJson.Lenient.Ticket, cancellationToken);

    /// <summary>Gets who you are, what you may do, and facts about the server.</summary>
    public Task<Me> MeAsync(CancellationToken cancellationToken = default) => _connection.GetAsync(new RestPath($"me"), WireJson.Lenient.Me, cancellationToken);

    /// <summary>Gets the project's statistics.</summary>
    public Task<Stats> StatsAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"stats"), WireJson.Lenient.Stats, cancellationToken);

    /// <summary>Checks whether the server can serve. If it runs but cannot serve, that is a value with the reason, not an exception.</summary>
    public Task<Health> HealthAsync(CancellationToken cancellationToken = default) =>
        _connection.GetOutsideAsync("health", WireJson.Lenient.Health, evenWhenUnavailable: true, cancellationToken);

    /// <summary>Closes its connections. Calls in progress fail.</summary>
    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
