using Parley.Cli.CommandLine;
using Parley.Cli.Demo.Show.Story;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Demo.Show;

/// <summary>What all parts of the show share: the server, the cast, what was said, and how fast it goes.</summary>
/// <param name="api">With an admin's token.</param>
/// <param name="note">Takes a sentence for the person who runs the server.</param>
internal sealed class ShowSet(ParleyApi api, TimeProvider time, Action<string> note, CancellationToken stopping) : IAsyncDisposable
{
    private const int MostItems = 500;

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);
    private readonly List<Task> _begun = [];

    public ParleyApi Api { get; } = api;

    public TimeProvider Time { get; } = time;

    public CancellationToken Stopping { get; } = stopping;

    public DemoCast Cast { get; private set; } = new();

    public DemoTalk Talk { get; private set; } = new(new DemoCast());

    /// <summary>Without pauses, while the morning is filled in.</summary>
    public DemoPace Pace { get; private set; } = new(Fast: true, time);

    /// <summary>Completes when the whole cast is there.</summary>
    public Task Entered => _entered.Task;

    /// <summary>The cast is there.</summary>
    public void Enter(DemoCast cast)
    {
        (Cast, Talk) = (cast, new DemoTalk(cast));
        _entered.SetResult();
    }

    /// <summary>From now on, everything takes its time.</summary>
    public void GoLive() => Pace = Pace with { Fast = false };

    /// <summary>Says one sentence to the person who runs the server, once.</summary>
    public void Tell(string sentence)
    {
        lock (_gate)
        {
            if (!_told.Add(sentence))
                return;
        }

        note(sentence);
    }

    /// <summary>Begins something that takes its time. If it fails, one sentence says so, and everything else goes on.</summary>
    /// <param name="what">The beginning of that sentence, such as "Bram could not go on".</param>
    public void Begin(string what, Func<CancellationToken, Task> act)
    {
        var begun = TryAsync(what, act);
        lock (_gate)
        {
            _begun.RemoveAll(task => task.IsCompleted);
            _begun.Add(begun);
        }
    }

    /// <inheritdoc cref="Begin"/>
    /// <returns>Whether it was done.</returns>
    public async Task<bool> TryAsync(string what, Func<CancellationToken, Task> act)
    {
        try
        {
            await act(Stopping);
            return true;
        }
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
        {
            // The server was told to stop.
        }
        catch (Exception failure) when (Failure.Of(failure, Stopping) is not null)
        {
            if (!Stopping.IsCancellationRequested)
                Tell($"Demo: {what}: {failure.Message}");
        }

        return false;
    }

    /// <summary>The newest task of this title; null if there is none.</summary>
    public async Task<AgentTask?> FindTaskAsync(string title, string? agent = null)
    {
        var tasks = await Api.Tasks.ListAsync(agent: agent, limit: MostItems, cancellationToken: Stopping);
        return tasks.Items.Where(task => task.Title == title).MaxBy(task => task.CreatedAt);
    }

    /// <summary>The newest execution of the export; null if there is none.</summary>
    public async Task<Execution?> FindExportAsync()
    {
        var executions = await Api.Executions.ListAsync(MostItems, cancellationToken: Stopping);
        return executions.Items.Where(execution => execution.Title == Plan.Export).MaxBy(execution => execution.CreatedAt);
    }

    /// <summary>The release with its steps; null if none is under way.</summary>
    public async Task<Workflow?> FindReleaseAsync()
    {
        var workflows = await Api.Workflows.ListAsync(live: true, limit: MostItems, cancellationToken: Stopping);
        return workflows.Items.FirstOrDefault(workflow => workflow.Title == Plan.Title) is { } release
            ? await Api.Workflows.GetAsync(release.WorkflowId, Stopping)
            : null;
    }

    /// <summary>The member that an agent's id belongs to; null if it does not take part.</summary>
    public DemoMember? Member(string? agentId) =>
        Fleet.All.FirstOrDefault(actor => actor.AgentId == agentId) is { } actor && Cast.Has(actor) ? Cast[actor] : null;

    public async ValueTask DisposeAsync()
    {
        Task[] begun;
        lock (_gate)
            begun = [.. _begun];
        await Task.WhenAll(begun);
        await Cast.DisposeAsync();
    }
}
