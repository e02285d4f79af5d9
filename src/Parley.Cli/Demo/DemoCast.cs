using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo;

/// <summary>The actors of a demo, each connected as itself: it sends under its own name, and takes and acknowledges what it is sent.</summary>
internal sealed class DemoCast : IAsyncDisposable
{
    // Longer than any script takes.
    private static readonly TimeSpan LongestPlay = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestCurtainCall = TimeSpan.FromSeconds(5);

    private readonly Dictionary<DemoActor, Member> _members = [];
    private readonly SemaphoreSlim _acknowledged = new(0);
    private readonly CancellationTokenSource _over = new();

    /// <summary>Registers the actors, makes their squad or brings it up to date, and connects them.</summary>
    /// <param name="api">Speaks with an admin's token: only an admin can lend the actors a voice.</param>
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

    /// <summary>Gives somebody a task, which the server hands out by a message of its own.</summary>
    public Task<AgentTask> GiveAsync(DemoActor from, TaskRequest task, CancellationToken cancellationToken) =>
        _members[from].Agent.CreateTaskAsync(task, cancellationToken);

    public Task<AgentTask> StartAsync(DemoActor actor, AgentTask task, CancellationToken cancellationToken) => _members[actor].Agent.UpdateTaskAsync(
        task.TaskId, new TaskPatch { Status = AgentTaskStatus.InProgress, Fence = task.Fence }, cancellationToken);

    public Task<AgentTask> CompleteAsync(DemoActor actor, AgentTask task, CancellationToken cancellationToken) =>
        _members[actor].Agent.CompleteTaskAsync(task.TaskId, task.Fence, cancellationToken: cancellationToken);

    /// <summary>Waits until the actors have acknowledged so many messages, so that nothing of the play stays in their mailboxes.</summary>
    public async Task HearOutAsync(int deliveries, CancellationToken cancellationToken)
    {
        // Another demo on the same server shares the mailboxes, and may take a delivery of this one: hence a limit, and no complaint.
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
            // The play is over.
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
