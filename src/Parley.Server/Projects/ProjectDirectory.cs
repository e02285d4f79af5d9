using System.Collections.Concurrent;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Log;

namespace Parley.Server.Projects;

/// <summary>All projects on this server.</summary>
internal sealed class ProjectDirectory(IProjectStore store, MessagingDefaults defaults, IClusterView cluster) : ILogSink
{
    /// <summary>The project of callers that name none. It always exists.</summary>
    internal const string Default = "default";

    private readonly ConcurrentDictionary<string, ProjectState> _byId = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, ProjectState> _byNumber = new();

    /// <summary>Called with a project's number when the project was deleted, by any node.</summary>
    internal Action<int>? WhenRemoved { get; set; }

    /// <summary>Called when a project's pause has ended, on every node.</summary>
    internal Action<ProjectState>? WhenResumed { get; set; }

    public bool IsAwaited(int project) => Find(project)?.Log.IsAwaited == true;

    public void SkipTo(int project, long seq) => Find(project)?.Log.SkipTo(seq);

    public void Publish(int project, ReadOnlySpan<LogEntry> entries) => Find(project)?.Log.Publish(entries);

    public long? HeadOf(int project) => Find(project)?.Log.Head;

    internal IEnumerable<ProjectState> All => _byNumber.Values;

    internal ProjectState? Find(string id) => _byId.GetValueOrDefault(id);

    internal ProjectState? Find(int number) => _byNumber.GetValueOrDefault(number);

    /// <summary>Reads all projects from the store, and creates the default one if it is missing.</summary>
    internal async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var record in await store.LoadAsync(cancellationToken))
            Keep(record);
        if (Find(Default) is not null || await AddAsync(Default, Default, new ProjectSettings(), cancellationToken) is not null)
            return;
        // Another node that started at the same time was faster.
        foreach (var record in await store.LoadAsync(cancellationToken))
            Follow(record);
    }

    /// <summary>Takes over a project that another node created or changed.</summary>
    internal void Follow(ProjectRecord record)
    {
        if (Find(record.Number) is { } project)
            Take(project, record);
        else
            Keep(record);
    }

    /// <summary>Another node deleted it.</summary>
    internal void Forget(int number)
    {
        if (!_byNumber.TryRemove(number, out var project))
            return;
        _byId.TryRemove(new KeyValuePair<string, ProjectState>(project.Id, project));
        project.Gone.Cancel();
        WhenRemoved?.Invoke(number);
    }

    /// <returns>The new project; null if the id is taken.</returns>
    internal async ValueTask<ProjectState?> AddAsync(string id, string name, ProjectSettings settings, CancellationToken cancellationToken) =>
        await store.AddAsync(id, name, settings, cancellationToken) is { } record ? Keep(record) : null;

    /// <returns>False if it was deleted in the meantime.</returns>
    internal async ValueTask<bool> ChangeAsync(ProjectState project, string? name, ProjectSettings settings, CancellationToken cancellationToken)
    {
        if (await store.ChangeAsync(project.Number, name, settings, cancellationToken) is not { } record)
            return false;
        Take(project, record);
        // Loads other nodes' changes first, because what is read during this change may be outdated afterward.
        await cluster.CatchUpAsync(cancellationToken);
        return true;
    }

    /// <summary>Pauses a project, or ends its pause.</summary>
    /// <returns>False if it was deleted in the meantime.</returns>
    internal async ValueTask<bool> PauseAsync(ProjectState project, Pause? pause, CancellationToken cancellationToken)
    {
        if (await store.PauseAsync(project.Number, pause, cancellationToken) is not { } record)
            return false;
        Take(project, record);
        await cluster.CatchUpAsync(cancellationToken);
        return true;
    }

    internal async ValueTask DeleteAsync(ProjectState project, CancellationToken cancellationToken)
    {
        _byId.TryRemove(project.Id, out _);
        _byNumber.TryRemove(project.Number, out _);
        await project.Gone.CancelAsync();
        await store.DeleteAsync(project.Number, cancellationToken);
        WhenRemoved?.Invoke(project.Number);
        await cluster.CatchUpAsync(cancellationToken);
    }

    private void Take(ProjectState project, ProjectRecord record)
    {
        var wasPaused = project.Record.Pause is not null;
        project.Record = record;
        if (wasPaused && record.Pause is null)
            WhenResumed?.Invoke(project);
    }

    private ProjectState Keep(ProjectRecord record)
    {
        // What this node created may come back from the database before it is added here, so make sure that there is only one.
        var project = _byNumber.GetOrAdd(record.Number, _ => new ProjectState(record, defaults, new ProjectLog(record.Number, record.Id, record.Epoch, record.Head)));
        _byId[record.Id] = project;
        return project;
    }
}
