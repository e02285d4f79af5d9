using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.Attention;

/// <summary>Keeps what needs attention in one project current, for all who follow it: looks at what log entries can have changed, and when time alone
/// changes something.</summary>
/// <param name="looked">Called after each successful look.</param>
internal sealed class AttentionWatch(ProjectState project, AttentionDesk desk, IClusterView cluster, TimeProvider clock, Action looked)
{
    /// <summary>A busy log is looked at this often.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    /// <summary>What is in memory may follow its log entry a moment later, so there is a second look.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private const int BatchSize = 1_000;

    private readonly Dictionary<AttentionKind, AttentionFindings> _found = [];
    private Dictionary<string, AttentionSnooze> _snoozes = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile AttentionState? _state;

    /// <summary>Waits for another state than the known one that includes every change up to a place.</summary>
    internal async ValueTask<AttentionState> NextAsync(AttentionState? known, long place, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (_state is { } state && state.UpTo >= place && !ReferenceEquals(state.Items, known?.Items))
                return state;
            await changed.WaitAsync(cancellationToken);
        }
    }

    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        _found.Clear();
        var upTo = 0L;
        while (true)
        {
            var began = clock.GetTimestamp();
            var head = project.Log.Head;
            var due = await LookAsync(EntriesOf(upTo, head), head, cancellationToken);
            upTo = head;
            looked();
            await WaitAsync(upTo, due, cancellationToken);
            if (Pace - clock.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
                await Task.Delay(left, clock, cancellationToken);
        }
    }

    /// <returns>Null if they are not in memory, which can be any.</returns>
    private List<LogEntry>? EntriesOf(long after, long upTo)
    {
        var entries = new List<LogEntry>();
        return upTo - after <= BatchSize && project.Log.TryRead(after, entries, BatchSize, long.MaxValue) ? entries : null;
    }

    /// <returns>When to look again, even if the log does not grow.</returns>
    private async ValueTask<DateTimeOffset?> LookAsync(List<LogEntry>? entries, long upTo, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var isFirst = _found.Count == 0;
        var touched = desk.Sources.Where(source => isFirst || entries is null || entries.Any(entry => source.DependsOn(entry, project))).ToHashSet();
        var due = desk.Sources.Where(source => touched.Contains(source) || _found[source.Kind].LookAgainAt <= now).ToList();
        if (due.Count > 0)
            await cluster.CatchUpAsync(cancellationToken);
        foreach (var source in due)
        {
            var found = await source.FindAsync(project, now, cancellationToken);
            _found[source.Kind] = touched.Contains(source) && !isFirst ? found with { LookAgainAt = Earlier(found.LookAgainAt, now + Settling) } : found;
        }

        if (isFirst || entries is null || entries.Exists(entry => entry.Kind == AttentionKinds.Snooze.Entry))
            _snoozes = await desk.SnoozesAsync(project, cancellationToken);
        Publish(now, upTo);
        return Earlier(
            _found.Values.Min(found => found.LookAgainAt),
            _snoozes.Values.Where(snooze => snooze.Until > now).Min(snooze => (DateTimeOffset?)snooze.Until));
    }

    private void Publish(DateTimeOffset now, long upTo)
    {
        var before = _state?.Items;
        var items = AttentionJudge.InOrder(_found.Values.SelectMany(found => found.Items).Select(item => AttentionJudge.Snoozed(item, _snoozes.GetValueOrDefault(item.AttentionId), now)))
            .Select(item => new ShownAttention(item, JsonSerializer.SerializeToUtf8Bytes(item, WireJson.Strict.AttentionItem)))
            .ToList();
        var isSame = before is not null && items.Count == before.Count && items.Zip(before).All(pair => pair.First.Json.AsSpan().SequenceEqual(pair.Second.Json));
        _state = new AttentionState(isSame ? before! : items, upTo);
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    private async Task WaitAsync(long upTo, DateTimeOffset? due, CancellationToken cancellationToken)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var grown = project.Log.WaitAsync(upTo, done.Token);
        var left = due - clock.GetUtcNow();
        await Task.WhenAny(grown, Task.Delay(left is not { } some ? Timeout.InfiniteTimeSpan : some > TimeSpan.Zero ? some : TimeSpan.Zero, clock, done.Token));
        await done.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static DateTimeOffset? Earlier(DateTimeOffset? one, DateTimeOffset? other) => one is null || other < one ? other : one;
}

/// <summary>What needs attention, the most urgent first.</summary>
/// <param name="UpTo">The seq up to which every change is included.</param>
internal sealed record AttentionState(IReadOnlyList<ShownAttention> Items, long UpTo);

internal sealed record ShownAttention(AttentionItem Item, byte[] Json);
