using System.Collections.Concurrent;
using System.Collections.Frozen;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.Storms;

/// <summary>The open storms of all projects, in memory, on every node. Changes are stored before they take effect.</summary>
internal sealed class StormDirectory(EntityBoard<Storm> board, ProjectDirectory projects, ReplyPace pace)
{
    /// <summary>Ended storms are remembered, so that an older version that arrives late does not open them again. That happens within
    /// seconds.</summary>
    private const int MostRemembered = 10_000;

    private const int PartSize = 100;

    private readonly ConcurrentDictionary<(int Project, long Made), Kept> _all = new();
    private readonly Lock _publishing = new();

    /// <summary>Null if there is none, as nearly always.</summary>
    private volatile FrozenDictionary<int, OpenStorm[]>? _open;

    /// <summary>Reads the store. Called once, before the first request.</summary>
    internal async Task LoadAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All)
        {
            var query = new EntityQuery(project.Number, StormKind.Kind.Number, PartSize) { Marks = [StormKind.Mark(StormStatus.Open)] };
            while (await board.ListAsync(query, cancellationToken) is { Count: > 0 } part)
            {
                foreach (var storm in part)
                    Keep(storm);
                query = query with { Below = part[^1].Row.Made };
            }
        }
    }

    /// <summary>A project's open storms; null if it has none.</summary>
    internal OpenStorm[]? Of(int project) => _open is { } open && open.TryGetValue(project, out var storms) ? storms : null;

    /// <summary>The open storms of projects that exist.</summary>
    internal IEnumerable<(int Project, OpenStorm Storm)> All =>
        _open is { } open ? open.SelectMany(project => project.Value.Select(storm => (project.Key, storm))) : [];

    /// <summary>Takes over a storm that another node opened or changed.</summary>
    internal void Follow(EntityRow row) => Keep(board.Read(row));

    /// <summary>The newest version wins, in whatever order they arrive.</summary>
    internal void Keep(Entity<Storm> storm)
    {
        var kept = new Kept(storm.Version, storm.Value.Status == StormStatus.Open ? OpenStorm.Of(storm) : null);
        _all.AddOrUpdate((storm.Row.Project, storm.Row.Made), kept, (_, known) => known.Version > kept.Version ? known : kept);
        // After a decision, the agents may answer each other as often as before.
        if (kept.Open is null)
            pace.Forget(storm.Row.Project, OpenStorm.ThreadOf(storm.Value));
        lock (_publishing)
        {
            foreach (var key in _all.Keys.Where(key => projects.Find(key.Project) is null))
                _all.TryRemove(key, out _);
            foreach (var ended in _all.Where(one => one.Value.Open is null).OrderByDescending(one => one.Value.Version).Skip(MostRemembered))
                _all.TryRemove(ended.Key, out _);
            var open = _all.Where(one => one.Value.Open is not null).GroupBy(one => one.Key.Project)
                .ToFrozenDictionary(project => project.Key, project => project.Select(one => one.Value.Open!).ToArray());
            _open = open.Count > 0 ? open : null;
        }
    }

    /// <param name="Open">Null if it has ended.</param>
    private sealed record Kept(long Version, OpenStorm? Open);
}

/// <summary>What decides whether an open storm holds a reply.</summary>
/// <param name="Made">The seq of the log entry that opened it.</param>
/// <param name="Thread">The seq of the entry that opened its thread.</param>
/// <param name="First">The seq of its first message.</param>
/// <param name="Last">The seq of the last message that belongs to it.</param>
internal sealed record OpenStorm(long Made, Guid Id, long Thread, long First, long Last, FrozenSet<string> Agents)
{
    /// <inheritdoc cref="Storm.Held"/>
    internal int Held { get; init; }

    /// <summary>Whether people were told.</summary>
    internal bool IsTold { get; init; }

    internal static OpenStorm Of(Entity<Storm> storm) => new(
        storm.Row.Made, storm.Row.Id, ThreadOf(storm.Value),
        storm.Value.FirstMessage is { } first ? StormRules.SeqOf(first) : 0,
        storm.Value.HoldsUpTo,
        storm.Value.Agents.ToFrozenSet(StringComparer.Ordinal))
    {
        Held = storm.Value.Held,
        IsTold = storm.Value.ToldAt is not null,
    };

    /// <summary>The seq of the entry that opened a storm's thread.</summary>
    internal static long ThreadOf(Storm storm) => Guid.TryParse(storm.ThreadId, out var thread) ? EntryId.SeqOf(thread) : 0;

    /// <summary>Whether a reply by one of its agents goes on with it. What answers later messages, such as those of a person, does not.</summary>
    internal bool Holds(string senderId, LogEntry answered) =>
        answered.Thread == Thread && answered.Seq >= First && answered.Seq <= Last && Agents.Contains(senderId);
}
