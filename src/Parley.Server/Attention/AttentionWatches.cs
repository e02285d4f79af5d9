using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;
using Parley.Server.Projects;

namespace Parley.Server.Attention;

/// <summary>The projects whose attention somebody follows at this node. A project that nobody follows costs nothing.</summary>
internal sealed class AttentionWatches(
    AttentionDesk desk, IClusterView cluster, BackgroundFaults faults, Stopping stopping, TimeProvider clock, ILogger<AttentionWatch> logger)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Running> _running = [];

    /// <summary>How many projects are watched.</summary>
    internal int Count
    {
        get
        {
            lock (_gate)
                return _running.Count;
        }
    }

    /// <summary>Watches a project, together with everybody else who does.</summary>
    /// <returns>Dispose it to leave.</returns>
    internal Seat Join(ProjectState project)
    {
        lock (_gate)
        {
            if (!_running.TryGetValue(project.Number, out var running))
                _running[project.Number] = running = Start(project);
            running.Seats++;
            return new Seat(this, running);
        }
    }

    private Running Start(ProjectState project)
    {
        var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping.Token, project.Gone.Token);
        var token = ending.Token;
        var watch = new AttentionWatch(project, desk, cluster, clock, () => faults.Succeeded(nameof(AttentionWatch)));
        _ = Task.Run(() => faults.KeepGoingAsync(nameof(AttentionWatch), logger, () => watch.RunAsync(token), token), CancellationToken.None);
        return new Running(project.Number, watch, ending);
    }

    private void Leave(Running running)
    {
        lock (_gate)
        {
            if (--running.Seats > 0)
                return;
            _running.Remove(running.Project);
        }

        running.Ending.Cancel();
        running.Ending.Dispose();
    }

    internal sealed class Running(int project, AttentionWatch watch, CancellationTokenSource ending)
    {
        internal int Project => project;

        internal AttentionWatch Watch => watch;

        internal CancellationTokenSource Ending => ending;

        internal int Seats { get; set; }
    }

    /// <summary>One who follows a project.</summary>
    internal sealed class Seat(AttentionWatches watches, Running running) : IDisposable
    {
        private int _hasLeft;

        internal AttentionWatch Watch => running.Watch;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _hasLeft, 1) == 0)
                watches.Leave(running);
        }
    }
}
