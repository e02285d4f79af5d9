using System.Threading.Channels;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo;

/// <summary>An actor with its own connection: it sends under its own name, and takes and acknowledges its messages.</summary>
internal sealed class DemoMember : IAsyncDisposable
{
    private readonly BorrowedToken? _token;
    private readonly Task _listening;
    private readonly CancellationTokenSource _over = new();
    private readonly Channel<Message> _messages = Channel.CreateUnbounded<Message>();

    /// <summary>Messages that came while it waited for another one.</summary>
    private readonly List<Message> _unheard = [];

    private DemoMember(DemoActor actor, ParleyAgent agent, BorrowedToken? token, ParleyApi api, IDemoEars? ears, Action? heard)
    {
        (Actor, Agent, Api, _token) = (actor, agent, api, token);
        _listening = ListenAsync(ears, heard);
    }

    public DemoActor Actor { get; }

    public ParleyAgent Agent { get; }

    /// <summary>Calls under its own name.</summary>
    public ParleyApi Api { get; }

    /// <summary>Registers and connects an actor.</summary>
    /// <param name="api">Must have an admin's token.</param>
    /// <param name="heard">Called for each message that it has acknowledged.</param>
    public static async Task<DemoMember> ConnectAsync(
        DemoActor actor, ParleyApi api, ParleyOptions options, DateTimeOffset longest, Action? heard, CancellationToken cancellationToken)
    {
        await RegisterAsync(actor, api, cancellationToken);
        var token = await BorrowedToken.TakeAsync(api, actor.AgentId, longest, cancellationToken);
        try
        {
            return await OpenAsync(actor, options with { AgentId = actor.AgentId, Token = token.Secret }, token, ears: null, heard, cancellationToken);
        }
        catch
        {
            await token.DisposeAsync();
            throw;
        }
    }

    /// <summary>Registers and connects an actor that belongs to the demo alone, so that its earlier tokens end.</summary>
    /// <param name="api">Must have an admin's token.</param>
    /// <param name="ears">Takes its messages.</param>
    public static async Task<DemoMember> ConnectAsync(
        DemoActor actor, ParleyApi api, ParleyOptions options, IDemoEars ears, CancellationToken cancellationToken)
    {
        await RegisterAsync(actor, api, cancellationToken);
        var token = await api.Agents.RotateTokenAsync(actor.AgentId, cancellationToken);
        return await OpenAsync(actor, options with { AgentId = actor.AgentId, Token = token.Token }, token: null, ears, heard: null, cancellationToken);
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
        if (_token is not null)
            await _token.DisposeAsync();
        _over.Dispose();
    }

    private static Task RegisterAsync(DemoActor actor, ParleyApi api, CancellationToken cancellationToken) => api.Agents.RegisterAsync(
        new RegisterRequest
        {
            AgentId = actor.AgentId,
            Name = actor.Name,
            Type = actor.Type,
            Role = actor.Role,
            Specialization = actor.Specialization,
            Capabilities = actor.Capabilities,
        },
        cancellationToken);

    private static async Task<DemoMember> OpenAsync(
        DemoActor actor, ParleyOptions own, BorrowedToken? token, IDemoEars? ears, Action? heard, CancellationToken cancellationToken) =>
        new(actor, await ParleyAgent.ConnectAsync(own, cancellationToken), token, ParleyApi.Open(own), ears, heard);

    private async Task ListenAsync(IDemoEars? ears, Action? heard)
    {
        try
        {
            await foreach (var message in Agent.ReceiveAsync(_over.Token))
            {
                if (ears is not null)
                {
                    await ears.HearAsync(this, message, _over.Token);
                    continue;
                }

                await message.AckAsync(confirm: false, _over.Token);
                await _messages.Writer.WriteAsync(message.Message, _over.Token);
                heard?.Invoke();
            }
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // The demo is over.
        }
        catch (ParleyException lost) when (ears is not null)
        {
            ears.Lose(this, lost);
        }
    }
}

/// <summary>Takes the messages of an actor, one after another.</summary>
internal interface IDemoEars
{
    /// <summary>Takes one. It may throw only if it is cancelled.</summary>
    Task HearAsync(DemoMember me, ReceivedMessage message, CancellationToken cancellationToken);

    /// <summary>No more messages come, because the connection has ended for good.</summary>
    void Lose(DemoMember me, ParleyException why);
}
