using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo;

/// <summary>The actors of a demo, each with its own connection: it sends under its own name, and takes and acknowledges its messages.</summary>
internal sealed class DemoCast : IAsyncDisposable
{
    // Longer than any script takes.
    private static readonly TimeSpan LongestPlay = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestCurtainCall = TimeSpan.FromSeconds(5);

    private readonly Dictionary<DemoActor, Member> _members = [];
    private readonly SemaphoreSlim _acknowledged = new(0);
    private readonly CancellationTokenSource _over = new();

    /// <summary>Registers the actors, creates or updates their squad, and connects them.</summary>
    /// <param name="api">Must have an admin's token, because only an admin can create tokens for the actors.</param>
    public static async Task<DemoCast> GatherAsync(ParleyApi api, ParleyOptions options, CancellationToken cancellationToken)
    {
        var cast = new DemoCast();
        try
        {
            foreach (var actor in DemoSquad.Members)
                cast._members[actor] = await cast.ConnectAsync(actor, api, options, cancellationToken);
            await FormSquadAsync(api, cancellationToken);
            return cast;
        }
        catch
        {
            await cast.DisposeAsync();
            throw;
        }
    }

    public Task<SendAnswer> SayAsync(DemoActor actor, SendRequest message, CancellationToken cancellationToken) =>
        _members[actor].Agent.SendAsync(message, cancellationToken);

    /// <summary>Assigns a task to an actor. The server sends the assignment in its own message.</summary>
    public Task<AgentTask> GiveAsync(DemoActor from, TaskRequest task, CancellationToken cancellationToken) =>
        _members[from].Agent.CreateTaskAsync(task, cancellationToken);

    public Task<AgentTask> StartAsync(DemoActor actor, AgentTask task, CancellationToken cancellationToken) => _members[actor].Agent.UpdateTaskAsync(
        task.TaskId, new TaskPatch { Status = AgentTaskStatus.InProgress, Fence = task.Fence }, cancellationToken);

    public Task<AgentTask> CompleteAsync(DemoActor actor, AgentTask task, CancellationToken cancellationToken) =>
        _members[actor].Agent.CompleteTaskAsync(task.TaskId, task.Fence, cancellationToken: cancellationToken);

    /// <summary>Waits until the actors have acknowledged a number of messages, so that none of the demo stay in their mailboxes.</summary>
    public async Task HearOutAsync(int deliveries, CancellationToken cancellationToken)
    {
        // Another demo on the same server uses the same mailboxes and may take a delivery of this one, so there is a limit and no error.
        for (var heard = 0; heard < deliveries; heard++)
        {
            if (!await _acknowledged.WaitAsync(LongestCurtainCall, cancellationToken))
                return;
        }

        foreach (var member in _members.Values)
            await member.Agent.FlushAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        foreach (var member in _members.Values)
            await member.DisposeAsync();
        _over.Dispose();
        _acknowledged.Dispose();
    }

    private async Task<Member> ConnectAsync(DemoActor actor, ParleyApi api, ParleyOptions options, CancellationToken cancellationToken)
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
        var token = await BorrowedToken.TakeAsync(api, actor.AgentId, options.TimeProvider.GetUtcNow() + LongestPlay, cancellationToken);
        try
        {
            var agent = await ParleyAgent.ConnectAsync(options with { AgentId = actor.AgentId, Token = token.Secret }, cancellationToken);
            return new Member(agent, token, ListenAsync(agent));
        }
        catch
        {
            await token.DisposeAsync();
            throw;
        }
    }

    private async Task ListenAsync(ParleyAgent agent)
    {
        try
        {
            await foreach (var message in agent.ReceiveAsync(_over.Token))
            {
                await message.AckAsync(confirm: false, _over.Token);
                _acknowledged.Release();
            }
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested)
        {
            // The demo is over.
        }
    }

    private static async Task FormSquadAsync(ParleyApi api, CancellationToken cancellationToken)
    {
        var members = DemoSquad.Members.Select(actor => new SquadMember
        {
            AgentId = actor.AgentId,
            Role = actor.Role,
            Specialization = actor.Specialization,
        });
        var squad = new SquadRequest { Name = DemoSquad.Name, Members = [.. members] };
        try
        {
            await api.Squads.UpdateAsync(DemoSquad.Id, squad, cancellationToken);
        }
        catch (ParleyException missing) when (missing.Code == ErrorCodes.NotFound)
        {
            await api.Squads.CreateAsync(squad with { SquadId = DemoSquad.Id }, cancellationToken);
        }
    }

    private sealed record Member(ParleyAgent Agent, BorrowedToken Token, Task Listening) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Agent.DisposeAsync();
            await Listening;
            await Token.DisposeAsync();
        }
    }
}
