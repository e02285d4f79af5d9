using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Attention;

/// <summary>The feed <c>attention</c>: items that appear, change, or go, with the filters of the list.</summary>
internal sealed class AttentionFeed(AttentionWatches watches, ProjectDirectory projects) : IFeedSource
{
    public string Name => "attention";

    public Result<Feed> Open(ProjectLog project, JsonElement filter)
    {
        if (!FilterQuery.Read("feeds.attention", filter, AttentionFilter.Read).TryGet(out var wanted, out var problem))
            return problem;
        return new Feed(Name, new FeedSelection(LogQuery.All, static _ => false), _ => new AttentionView(watches, projects, project, wanted))
        {
            IsBesideLog = true,
            IsForOperators = true,
        };
    }
}

/// <summary>What needs attention, for one subscription. An item that no longer matches is sent as deleted.</summary>
internal sealed class AttentionView(AttentionWatches watches, ProjectDirectory projects, ProjectLog log, AttentionFilter filter) : FeedView
{
    private const int PartSize = 100;

    private AttentionWatches.Seat? _seat;
    private AttentionState? _shown;

    internal override async ValueTask PrepareAsync(long place, CancellationToken cancellationToken)
    {
        // A project that was just deleted has no feed.
        if (projects.Find(log.Project) is not { } project)
            return;
        _seat ??= watches.Join(project);
        _shown = await _seat.Watch.NextAsync(known: null, place, cancellationToken);
    }

    internal override async IAsyncEnumerable<IReadOnlyList<byte[]>> SnapshotAsync(long place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var part in (_shown?.Items ?? []).Where(Takes).Chunk(PartSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return [.. part.Select(item => item.Json)];
        }
    }

    internal override ValueTask<FeedChange?> ShowAsync(LogEntry entry, bool isHidden, CancellationToken cancellationToken) => new((FeedChange?)null);

    internal override async IAsyncEnumerable<FeedChange> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (_seat is { } seat)
        {
            var next = await seat.Watch.NextAsync(_shown, place: 0, cancellationToken);
            foreach (var change in Changes(_shown!.Items, next.Items))
                yield return change;
            _shown = next;
        }
    }

    public override void Dispose()
    {
        _seat?.Dispose();
        base.Dispose();
    }

    private bool Takes(ShownAttention shown) => filter.Selects(shown.Item);

    private IEnumerable<FeedChange> Changes(IReadOnlyList<ShownAttention> before, IReadOnlyList<ShownAttention> after)
    {
        var old = before.Where(Takes).ToDictionary(shown => shown.Item.AttentionId, StringComparer.Ordinal);
        foreach (var shown in after)
        {
            var had = old.Remove(shown.Item.AttentionId, out var known);
            if (!Takes(shown))
            {
                if (had)
                    yield return FeedChange.Delete(shown.Json);
            }
            else if (!had || !shown.Json.AsSpan().SequenceEqual(known!.Json))
            {
                yield return FeedChange.Put(shown.Json);
            }
        }

        foreach (var gone in old.Values)
            yield return FeedChange.Delete(gone.Json);
    }
}
