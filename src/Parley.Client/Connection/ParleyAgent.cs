using Parley.Protocol;

namespace Parley.Client;

/// <summary>An agent's live connection: it sends, receives, and follows feeds over one WebSocket. If the connection breaks, it reconnects by
/// itself and continues where it was. Unconfirmed sends are repeated under the same idempotency keys. Thread-safe.</summary>
/// <example><code>
/// await using var agent = await ParleyAgent.ConnectAsync("be-1");
/// await agent.SendAsync("pm-1", "Ready.");
/// await foreach (var message in agent.ReceiveAsync())
///     await message.AckAsync();
/// </code></example>
public sealed partial class ParleyAgent : IAsyncDisposable
{
    private static readonly TimeSpan LastFlush = TimeSpan.FromSeconds(5);

    private readonly ParleyOptions _options;
    private readonly IdempotencyKeys _keys = new();
    private readonly Outbox _outbox;
    private readonly Connector _connector;
    private readonly CancellationTokenSource _stop = new();
    private readonly StringPool _pool = new();
    private readonly ReadBuffer _buffer = new();
    private Session? _session;
    private Task _running = Task.CompletedTask;
    private Task<Exception> _serving = Task.FromResult<Exception>(new InvalidOperationException("Not connected yet."));
    private int _disposed;

    private ParleyAgent(ParleyOptions options, Connector connector)
    {
        _options = options;
        _connector = connector;
        _outbox = new Outbox(options.MaxUnconfirmed, _keys, options.TimeProvider)
        {
            AckRefused = (message, problem) =>
                SettlementFailed?.Invoke(this, new SettlementFailedEventArgs(message.Message.MessageId, problem)),
        };
    }

    /// <summary>The connection broke, is up again, or ended. The connection itself calls the handlers, so they must return quickly and not throw.</summary>
    public event EventHandler<StateChangedEventArgs>? StateChanged;

    /// <summary>An acknowledgment that nobody waited for was refused. The same rules apply to handlers as for <see cref="StateChanged"/>.</summary>
    public event EventHandler<SettlementFailedEventArgs>? SettlementFailed;

    /// <summary>The id of the agent.</summary>
    public string AgentId => _connector.AgentId;

    /// <summary>The agent's project.</summary>
    /// <exception cref="InvalidOperationException">It has not connected yet.</exception>
    public string ProjectId => Agent.ProjectId;

    /// <summary>The agent as the server knew it when the connection was made.</summary>
    public Agent Agent => Welcome.Agent;

    /// <summary>The server's name for the current connection, or the last one.</summary>
    public string SessionId => Welcome.SessionId;

    /// <summary>The end of the project's log when the connection was made. A subscription after this place misses nothing since then.</summary>
    public string Place => Welcome.Place;

    /// <summary>The current state of the connection. <see cref="StateChanged"/> reports changes.</summary>
    public ConnectionState State { get; private set; } = ConnectionState.Connecting;

    private Welcome Welcome => _session?.Welcome ?? throw new InvalidOperationException("There has been no connection yet.");

    /// <summary>Connects as this agent. On the server's own machine, nothing else is needed: this finds the server, registers the agent, and
    /// keeps its token for the next time.</summary>
    /// <exception cref="ParleyConfigurationException">No server was found, or no way to get a token.</exception>
    /// <exception cref="ParleyUnreachableException">The server does not answer.</exception>
    /// <exception cref="ParleyException">The server refuses.</exception>
    public static Task<ParleyAgent> ConnectAsync(string agentId, CancellationToken cancellationToken = default) =>
        ConnectAsync(new ParleyOptions { AgentId = agentId }, cancellationToken);

    /// <inheritdoc cref="ConnectAsync(string, CancellationToken)"/>
    public static async Task<ParleyAgent> ConnectAsync(ParleyOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new ParleyOptions();
        var location = ServerLocation.Find(options);
        var identity = await AgentIdentity.FindAsync(options, location, cancellationToken);
        var agent = new ParleyAgent(options, new Connector(options, location, identity));
        try
        {
            await agent.OpenAsync(cancellationToken);
        }
        catch
        {
            await agent.DisposeAsync();
            throw;
        }

        agent._running = Task.Run(agent.RunAsync, CancellationToken.None);
        if (identity.Differs(agent.Agent))
            await agent.CallAsync(new Operation<RegisterRequest>(FrameEvents.AgentRegister, identity.Profile, WireJson.Lenient.RegisterRequest), cancellationToken);
        return agent;
    }

    /// <summary>Sets the agent's status and activity, as others see them, and a note in one line. Omitted values do not change, but the note ends with the
    /// activity that it is about.</summary>
    /// <param name="note">What the agent is doing, in up to 200 characters; empty to remove it.</param>
    public Task SetStatusAsync(AgentStatus? status = null, AgentActivity? activity = null, string? note = null, CancellationToken cancellationToken = default)
    {
        var goesOn = activity is null || activity == _status?.Activity;
        _status = new StatusRequest { Status = status ?? _status?.Status, Activity = activity ?? _status?.Activity, Note = note ?? (goesOn ? _status?.Note : null) };
        return CallAsync(StatusOperation(_status), cancellationToken);
    }

    /// <summary>Waits until the server has answered everything sent and acknowledged so far. Refusals go to the callers that sent.</summary>
    public Task FlushAsync(CancellationToken cancellationToken = default) => _outbox.FlushAsync().WaitAsync(cancellationToken);

    /// <summary>Waits up to 5 s for what is in flight, then closes the connection. Messages that the agent has not acknowledged are requeued at once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        if (State == ConnectionState.Connected)
        {
            // If something does not get through in time, the task of each send reports it.
            using var flushed = new CancellationTokenSource();
            await Task.WhenAny(_outbox.FlushAsync(), _serving, Task.Delay(LastFlush, _options.TimeProvider, flushed.Token));
            await flushed.CancelAsync();

            using var patience = new CancellationTokenSource(LastFlush, _options.TimeProvider);
            await (_session?.CloseAsync(patience.Token) ?? Task.CompletedTask);
        }

        await _stop.CancelAsync();
        await _running;
        Close(new ParleyException(new Problem { Code = "closed", Title = "The connection was closed.", Detail = "This agent's connection was disposed." }));
        await EndHandlersAsync();
        _session?.Dispose();
        _buffer.Dispose();
        _stop.Dispose();
    }

    private Task CallAsync(Operation operation, CancellationToken cancellationToken)
    {
        _outbox.Ask(operation);
        return operation.Done.WaitAsync(cancellationToken);
    }

    private async Task<TAnswer> CallAsync<T, TAnswer>(Inquiry<T, TAnswer> question, CancellationToken cancellationToken)
        where TAnswer : class
    {
        await CallAsync((Operation)question, cancellationToken);
        return question.Answer;
    }

    private void Become(ConnectionState state, Exception? reason)
    {
        if (State == state)
            return;
        State = state;
        StateChanged?.Invoke(this, new StateChangedEventArgs(state, reason));
    }

    private void Close(ParleyException reason)
    {
        _outbox.Close(reason);
        EndReceiving(reason);
        EndSubscriptions(reason);
        Become(ConnectionState.Closed, reason);
    }
}
