using System.Collections.Concurrent;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo;

/// <summary>The actors of a demo, each with its own connection.</summary>
internal sealed class DemoCast : IAsyncDisposable
{
    // Longer than any demo takes.
    private static readonly TimeSpan LongestPlay = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LongestCurtainCall = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<DemoActor, DemoMember> _members = new();
    private readonly SemaphoreSlim _acknowledged = new(0);

    public DemoMember this[DemoActor actor] => _members[actor];

    /// <summary>Registers the actors, creates or updates their squad, and connects them.</summary>
    /// <param name="api">Must have an admin's token, because only an admin can create tokens for the actors.</param>
    public static async Task<DemoCast> GatherAsync(DemoSquad squad, ParleyApi api, ParleyOptions options, CancellationToken cancellationToken)
    {
        var cast = new DemoCast();
        try
        {
            var longest = options.TimeProvider.GetUtcNow() + LongestPlay;
            foreach (var actor in squad.Members)
                cast._members[actor] = await DemoMember.ConnectAsync(actor, api, options, longest, () => cast._acknowledged.Release(), cancellationToken);
            await FormAsync(squad, api, cancellationToken);
            return cast;
        }
        catch
        {
            await cast.DisposeAsync();
            throw;
        }
    }

    /// <summary>Creates or updates squads, and connects those of their members that take part.</summary>
    /// <param name="api">Must have an admin's token.</param>
    /// <param name="ears">Takes all of their messages.</param>
    public static async Task<DemoCast> GatherAsync(
        IReadOnlyList<DemoSquad> squads, Func<DemoActor, bool> takesPart, ParleyApi api, ParleyOptions options, IDemoEars ears, CancellationToken cancellationToken)
    {
        var cast = new DemoCast();
        try
        {
            foreach (var actor in squads.SelectMany(squad => squad.Members).Where(takesPart))
                cast._members[actor] = await DemoMember.ConnectAsync(actor, api, options, ears, cancellationToken);
            foreach (var squad in squads)
                await FormAsync(squad, api, cancellationToken);
            return cast;
        }
        catch
        {
            await cast.DisposeAsync();
            throw;
        }
    }

    /// <summary>Disconnects an actor. Messages to it wait from now on.</summary>
    public async Task LeaveAsync(DemoActor actor)
    {
        if (_members.Remove(actor, out var member))
            await member.DisposeAsync();
    }

    public bool Has(DemoActor actor) => _members.ContainsKey(actor);

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
                break;
        }

        foreach (var member in _members.Values)
            await member.Agent.FlushAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members.Values)
            await member.DisposeAsync();
        _acknowledged.Dispose();
    }

    private static async Task FormAsync(DemoSquad squad, ParleyApi api, CancellationToken cancellationToken)
    {
        var members = squad.Members.Select(actor => new SquadMember
        {
            AgentId = actor.AgentId,
            Role = actor.Role,
            Specialization = actor.Specialization,
        });
        var request = new SquadRequest { Name = squad.Name, Members = [.. members] };
        try
        {
            await api.Squads.UpdateAsync(squad.Id, request, cancellationToken);
        }
        catch (ParleyException missing) when (missing.Code == ErrorCodes.NotFound)
        {
            await api.Squads.CreateAsync(request with { SquadId = squad.Id }, cancellationToken);
        }
    }
}
