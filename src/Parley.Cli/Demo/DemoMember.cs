using System.Threading.Channels;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo;

/// <summary>An actor with its own connection: it sends under its own name, and takes and acknowledges its messages.</summary>
internal sealed class DemoMember : IAsyncDisposable
{
    private readonly BorrowedToken _token;
    private readonly Task _listening;
    private readonly CancellationTokenSource _over = new();
    private readonly Channel<Message> _messages = Channel.CreateUnbounded<Message>();

    /// <summary>Messages that came while it waited for another one.</summary>
    private readonly List<Message> _unheard = [];

    private DemoMember(ParleyAgent agent, BorrowedToken token, ParleyApi api, Action? heard)
    {
        (Agent, Api, _token) = (agent, api, token);
        _listening = ListenAsync(heard);
    }

    public ParleyAgent Agent { get; }

    /// <summary>Calls under its own name.</summary>
    public ParleyApi Api { get; }

    /// <summary>Registers and connects an actor.</summary>
    /// <param name="api">Must have an admin's token.</param>
    /// <param name="heard">Called for each message that it has acknowledged.</param>
    public static async Task<DemoMember> ConnectAsync(
        DemoActor actor, ParleyApi api, ParleyOptions options, DateTimeOffset longest, Action? heard, CancellationToken cancellationToken)
    {
        var registration = new RegisterRequest
        {
            AgentId = actor.AgentId,
            Name = actor.Name,
            Type = "script",
            Role = actor.Role,
            Specialization = actor.Specialization,
            Capabilities = actor.Capabilities,
        };
        await api.Agents.RegisterAsync(registration, cancellationToken);
        var token = await BorrowedToken.TakeAsync(api, actor.AgentId, longest, cancellationToken);
        try
        {
            var own = options with { AgentId = actor.AgentId, Token = token.Secret };
            return new DemoMember(await ParleyAgent.ConnectAsync(own, cancellationToken), token, ParleyApi.Open(own), heard);
        }
        catch
        {
            await token.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for a message, also for one that came earlier while it waited for another one.</summary>
    public async Task<Message> HearAsync(Func<Message, bool> isIt, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_unheard.FindIndex(message => isIt(message)) is >= 0 and var at)
            {
                var message = _unheard[at];
                _unheard.RemoveAt(at);
                return message;
            }

            _unheard.Add(await _messages.Reader.ReadAsync(cancellationToken));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        await Agent.DisposeAsync();
        await _listening;
        await Api.DisposeAsync();
        await _token.DisposeAsync();
        _over.Dispose();
    }

    private async Task ListenAsync(Action? heard)
    {
        try
        {
            await foreach (var message in Agent.ReceiveAsync(_over.Token))
            {
                await message.AckAsync(confirm: false, _over.Token);
                await _messages.Writer.WriteAsync(message.Message, _over.Token);
                heard?.Invoke();
            }
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // The demo is over.
        }
    }
}
