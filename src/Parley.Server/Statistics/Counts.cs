using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Projects;

namespace Parley.Server.Statistics;

/// <summary>Answers statistics queries from the counters, so a month costs as much as an hour.</summary>
internal sealed class Counts(ICountStore store)
{
    /// <summary>How many counting steps an answer waits for if the counters lag behind; a few tenths of a second.</summary>
    private const int MostSteps = 100;

    /// <summary>Buckets of one timeline.</summary>
    internal const int MostBuckets = 2_000;

    internal async Task<IReadOnlyList<TypeCount>> ByTypeAsync(ProjectState project, TimeRange range, CancellationToken cancellationToken)
    {
        var all = new SortedDictionary<string, TypeCount>(StringComparer.Ordinal);
        foreach (var row in await AskAsync(project, CountQuestion.MessagesByType, range, cancellationToken))
            all[row.Texts[0]!] = new TypeCount { MessageType = row.Texts[0]!, Messages = row.Numbers[0], Dead = row.Numbers[1], Expired = row.Numbers[2] };
        foreach (var row in await AskAsync(project, CountQuestion.DeliveriesByType, range, cancellationToken))
        {
            var type = row.Texts[0]!;
            var present = all.GetValueOrDefault(type) ?? new TypeCount { MessageType = type };
            all[type] = present with { Deliveries = row.Numbers[0], Acknowledged = row.Numbers[1], AckMs = Mean(row.Numbers[2], row.Numbers[1]) };
        }

        return [.. all.Values.OrderByDescending(count => count.Messages)];
    }

    /// <param name="members">Only these agents; null for all.</param>
    internal async Task<IReadOnlyList<AgentCount>> ByAgentAsync(
        ProjectState project, TimeRange range, IReadOnlySet<string>? members, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, AgentCount>(StringComparer.Ordinal);
        foreach (var row in await AskAsync(project, CountQuestion.Senders, range, cancellationToken))
            all[row.Texts[0] ?? ""] = new AgentCount { AgentId = row.Texts[0], Sent = row.Numbers[0], FirstAt = Time(row.Numbers[1]), LastAt = Time(row.Numbers[2]) };
        foreach (var row in await AskAsync(project, CountQuestion.Recipients, range, cancellationToken))
        {
            var present = all.GetValueOrDefault(row.Texts[0] ?? "") ?? new AgentCount { AgentId = row.Texts[0] };
            var lastAck = Time(row.Numbers[3]);
            all[row.Texts[0] ?? ""] = present with
            {
                Received = row.Numbers[0],
                Acknowledged = row.Numbers[1],
                AckMs = Mean(row.Numbers[2], row.Numbers[1]),
                FirstAt = present.FirstAt ?? lastAck,
                LastAt = present.LastAt > lastAck || lastAck is null ? present.LastAt : lastAck,
            };
        }

        foreach (var (agent, bars) in await BarsAsync(project, range, cancellationToken))
        {
            if (all.TryGetValue(agent, out var count))
                all[agent] = count with { Bars = bars };
        }

        return [.. all.Values.Where(count => members is null || members.Contains(count.AgentId ?? ""))
            .OrderByDescending(count => count.Sent + count.Received).ThenBy(count => count.AgentId, StringComparer.Ordinal)];
    }

    /// <summary>What each agent sent and received, in equal parts of a time span. Its ends are rounded to whole minutes, or to whole hours or days if
    /// the parts are longer than that.</summary>
    private async Task<Dictionary<string, IReadOnlyList<long>>> BarsAsync(ProjectState project, TimeRange range, CancellationToken cancellationToken)
    {
        var (since, until) = (range.Since.ToUnixTimeSeconds(), range.Until.ToUnixTimeSeconds());
        var part = (until - since) / AgentCount.MostBars;
        var span = part >= CountRange.Day ? CountRange.Day : part >= CountRange.Hour ? CountRange.Hour : CountRange.Minute;
        var (from, to) = (CountRange.Down(since, span), CountRange.Down(until, span) + span);
        var all = new Dictionary<string, IReadOnlyList<long>>(StringComparer.Ordinal);
        foreach (var question in new[] { CountQuestion.SendersByTime, CountQuestion.RecipientsByTime })
        {
            foreach (var row in await store.AskAsync(project.Number, question, [new CountRange(span, from, to)], cancellationToken))
            {
                if (!all.TryGetValue(row.Texts[0] ?? "", out var bars))
                    all[row.Texts[0] ?? ""] = bars = new long[AgentCount.MostBars];
                ((long[])bars)[(row.Numbers[0] - from) * AgentCount.MostBars / (to - from)] += row.Numbers[1];
            }
        }

        return all;
    }

    /// <param name="members">Only messages from and to these agents; null for all.</param>
    internal async Task<IReadOnlyList<PairCount>> PairsAsync(
        ProjectState project, TimeRange range, IReadOnlySet<string>? members, CancellationToken cancellationToken)
    {
        var rows = await AskAsync(project, CountQuestion.Pairs, range, cancellationToken);
        return
        [
            .. rows.Where(row => members is null || (members.Contains(row.Texts[0] ?? "") && members.Contains(row.Texts[1] ?? "")))
                .GroupBy(row => (From: row.Texts[0], To: row.Texts[1]))
                .Select(pair => new PairCount
                {
                    From = pair.Key.From,
                    To = pair.Key.To,
                    Count = pair.Sum(row => row.Numbers[0]),
                    ByType = ByType(pair.Select(row => (row.Texts[2]!, row.Numbers[0]))),
                    Acknowledged = pair.Sum(row => row.Numbers[1]),
                    AckMs = Mean(pair.Sum(row => row.Numbers[2]), pair.Sum(row => row.Numbers[1])),
                    LastAt = Time(pair.Max(row => row.Numbers[3])),
                })
                .OrderByDescending(pair => pair.Count).ThenBy(pair => pair.From, StringComparer.Ordinal).ThenBy(pair => pair.To, StringComparer.Ordinal),
        ];
    }

    /// <param name="bucket">Seconds: a multiple of a minute, an hour or a day, and at most a day.</param>
    /// <param name="agent">Only messages that this agent sent, and acknowledgments that it made; null for everybody.</param>
    /// <param name="type">Only messages of this type; null for all.</param>
    internal async Task<IReadOnlyList<TimelinePoint>> TimelineAsync(
        ProjectState project, TimeRange range, int bucket, CancellationToken cancellationToken, int? agent = null, string? type = null)
    {
        await CatchUpAsync(project, cancellationToken);
        var span = bucket % CountRange.Day == 0 ? CountRange.Day : bucket % CountRange.Hour == 0 ? CountRange.Hour : CountRange.Minute;
        var from = CountRange.Down(range.Since.ToUnixTimeSeconds(), bucket);
        var to = CountRange.Down(range.Until.ToUnixTimeSeconds(), bucket) + bucket;
        IReadOnlyList<CountRange> ranges = [new CountRange(span, from, to)];
        var points = new SortedDictionary<long, TimelinePoint>();
        for (var at = from; at < to && points.Count < MostBuckets; at += bucket)
            points[at] = new TimelinePoint { At = DateTimeOffset.FromUnixTimeSeconds(at) };
        foreach (var rows in (await OfTypeAsync(CountQuestion.MessagesByTime)).GroupBy(row => CountRange.Down(row.Numbers[0], bucket)))
        {
            points[rows.Key] = points[rows.Key] with
            {
                ByType = ByType(rows.Select(row => (row.Texts[0]!, row.Numbers[1]))),
                Sent = rows.Sum(row => row.Numbers[1]),
                Dead = rows.Sum(row => row.Numbers[2]),
                Expired = rows.Sum(row => row.Numbers[3]),
            };
        }

        foreach (var rows in (await OfTypeAsync(CountQuestion.AcknowledgedByTime)).GroupBy(row => CountRange.Down(row.Numbers[0], bucket)))
        {
            var acknowledged = rows.Sum(row => row.Numbers[1]);
            points[rows.Key] = points[rows.Key] with { Acknowledged = acknowledged, AckMs = Mean(rows.Sum(row => row.Numbers[2]), acknowledged) };
        }

        return [.. points.Values];

        async Task<IEnumerable<CountRow>> OfTypeAsync(CountQuestion question) =>
            (await store.AskAsync(project.Number, question, ranges, cancellationToken, agent)).Where(row => type is null || row.Texts[0] == type);
    }

    internal async Task<IReadOnlyList<ExecutionCount>> ByExecutionAsync(ProjectState project, CancellationToken cancellationToken)
    {
        await CatchUpAsync(project, cancellationToken);
        return
        [
            .. (await store.AskAsync(project.Number, CountQuestion.Executions, [], cancellationToken)).GroupBy(row => row.Texts[0]!).Select(rows => new ExecutionCount
            {
                ExecutionId = rows.Key,
                Messages = rows.Sum(row => row.Numbers[0]),
                ByType = ByType(rows.Select(row => (row.Texts[1]!, row.Numbers[0]))),
                FirstAt = Time(rows.Min(row => row.Numbers[1])),
                LastAt = Time(rows.Max(row => row.Numbers[2])),
            }),
        ];
    }

    internal async Task<RoutingStats> RoutingAsync(ProjectState project, CancellationToken cancellationToken)
    {
        await CatchUpAsync(project, cancellationToken);
        var rows = await store.AskAsync(project.Number, CountQuestion.Routing, [], cancellationToken);
        return new RoutingStats { Rules = Of(RoutingTally.Rule), Strategies = Of(RoutingTally.Strategy) };

        IReadOnlyList<RoutingCount> Of(int kind) =>
        [
            .. rows.Where(row => row.Numbers[0] == kind)
                .Select(row => new RoutingCount { Name = row.Texts[0]!, Messages = row.Numbers[1], FirstAt = Time(row.Numbers[2]), LastAt = Time(row.Numbers[3]) })
                .OrderByDescending(count => count.Messages).ThenBy(count => count.Name, StringComparer.Ordinal),
        ];
    }

    private async Task<IReadOnlyList<CountRow>> AskAsync(ProjectState project, CountQuestion question, TimeRange range, CancellationToken cancellationToken)
    {
        await CatchUpAsync(project, cancellationToken);
        return CountRange.Of(range.Since, range.Until) is { Count: > 0 } ranges
            ? await store.AskAsync(project.Number, question, ranges, cancellationToken)
            : [];
    }

    /// <summary>First counts the newest messages, up to a limit, so that answers are current.</summary>
    private async Task CatchUpAsync(ProjectState project, CancellationToken cancellationToken)
    {
        for (var step = 0; step < MostSteps && await store.CatchUpAsync(project.Number, cancellationToken); step++)
        {
        }
    }

    private static SortedDictionary<string, long> ByType(IEnumerable<(string Type, long Count)> counts)
    {
        var all = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var (type, count) in counts.Where(one => one.Count > 0))
            all[type] = all.GetValueOrDefault(type) + count;
        return all;
    }

    private static double? Mean(long sum, long count) => count == 0 ? null : Math.Round((double)sum / count, 1);

    private static DateTimeOffset? Time(long milliseconds) => milliseconds == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}

/// <summary>A time span whose end is exclusive. Both times are rounded to whole minutes.</summary>
internal readonly record struct TimeRange(DateTimeOffset Since, DateTimeOffset Until);
