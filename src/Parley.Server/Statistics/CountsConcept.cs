using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Squads;
using Parley.Server.Wire;

namespace Parley.Server.Statistics;

/// <summary>Statistics over a time span: by type, by agent, by pair, by execution, and over time.</summary>
internal sealed class CountsConcept(Counts counts, ProjectHealths health, SquadDirectory squads, TimeProvider clock) : IConcept
{
    private const string AType =
        """{"message_type": "status_update", "messages": 120, "deliveries": 360, "acknowledged": 358, "dead": 1, "expired": 0, "ack_ms": 842.5}""";

    private const string AnAgent =
        """
        {"agent_id": "be-1", "sent": 120, "received": 95, "acknowledged": 94, "ack_ms": 512.3,
         "first_at": "2026-01-22T08:00:00.000Z", "last_at": "2026-01-22T13:56:52.551Z",
         "bars": [0, 4, 12, 30, 28, 9, 17, 40, 35, 22, 11, 7]}
        """;

    private const string APair =
        """
        {"from": "pm-1", "to": "be-1", "count": 42, "by_type": {"task_assignment": 12, "text": 30}, "acknowledged": 42, "ack_ms": 310.0,
         "last_at": "2026-01-22T13:56:52.551Z"}
        """;

    private const string APoint =
        """{"at": "2026-01-22T13:55:00.000Z", "by_type": {"text": 7}, "sent": 7, "acknowledged": 6, "dead": 0, "expired": 0, "ack_ms": 120.0}""";

    private const string AnExecution =
        """
        {"execution_id": "0199e1c1-0000-7000-8000-000000000400", "messages": 18, "by_type": {"status_update": 18},
         "first_at": "2026-01-22T08:00:00.000Z", "last_at": "2026-01-22T13:56:52.551Z"}
        """;

    private const string Routed =
        """
        {"rules": [{"name": "database", "messages": 12, "first_at": "2026-01-22T08:00:00.000Z", "last_at": "2026-01-22T13:56:52.551Z"}],
         "strategies": [{"name": "capability", "messages": 40, "first_at": "2026-01-22T08:00:00.000Z", "last_at": "2026-01-22T13:56:52.551Z"}]}
        """;

    private static readonly IReadOnlyList<string> Buckets = ["1m", "5m", "10m", "15m", "30m", "1h", "6h", "12h", "1d"];

    public string Title => "Statistics";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, RangeQuery>(
            "GetMessageStats", "Count a project's messages by type.", Input.Query<RangeQuery>(),
            (query, context) => InRangeAsync(query, async range => Answer.Ok(Page(await counts.ByTypeAsync(context.Project, range, context.Cancellation)))))
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<TypeCount>>(Example.PageOf(AType))],
        }.Rest("GET", "/stats/messages"),

        new Operation<ProjectContext, SquadRangeQuery>(
            "GetAgentStats", "Count the messages that each agent sent, received, and acknowledged.", Input.Query<SquadRangeQuery>(),
            (query, context) => InSquadAsync(
                query, context, async (range, members) => Answer.Ok(Page(await counts.ByAgentAsync(context.Project, range, members, context.Cancellation)))))
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<AgentCount>>(Example.PageOf(AnAgent))],
        }.Rest("GET", "/stats/agents"),

        new Operation<ProjectContext, SquadRangeQuery>(
            "GetPairStats", "Count messages by sender and recipient.", Input.Query<SquadRangeQuery>(),
            (query, context) => InSquadAsync(
                query, context, async (range, members) => Answer.Ok(Page(await counts.PairsAsync(context.Project, range, members, context.Cancellation)))))
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<PairCount>>(Example.PageOf(APair))],
        }.Rest("GET", "/stats/pairs"),

        new Operation<ProjectContext, TimelineQuery>(
            "GetTimeline", "Count a project's messages over time, in buckets of 1 minute to 1 day.", Input.Query<TimelineQuery>(), TimelineAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<TimelinePoint>>(Example.PageOf(APoint))],
        }.Rest("GET", "/stats/timeline"),

        new Operation<ProjectContext>(
            "GetProjectHealth", "Get one figure for how well a project is doing, and what it is made of.",
            async context => Answer.Ok(await health.ReadAsync(context.Project, context.Cancellation)))
        {
            Details = "The score is 0 to 100, the sum of its parts' points. A part has all of its points at 0, none from its limit on.",
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<ProjectHealth>(
                """
                {"score": 92, "parts": [{"name": "lost", "value": 0.0021, "limit": 0.05, "points": 29, "max_points": 30},
                 {"name": "ack_ms", "value": 61000, "limit": 300000, "points": 16, "max_points": 20},
                 {"name": "delivery_ms", "value": 2.5, "limit": 1000, "points": 20, "max_points": 20},
                 {"name": "absent", "value": 0.0714, "limit": 0.5, "points": 17, "max_points": 20},
                 {"name": "unavailable", "value": 0.0001, "limit": 0.01, "points": 10, "max_points": 10}]}
                """)],
        }.Rest("GET", "/stats/health"),

        new Operation<ProjectContext>(
            "GetExecutionStats", "Count the messages of the newest executions.",
            async context => Answer.Ok(Page(await counts.ByExecutionAsync(context.Project, context.Cancellation))))
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<ExecutionCount>>(Example.PageOf(AnExecution))],
        }.Rest("GET", "/stats/executions"),

        new Operation<ProjectContext>(
            "GetRoutingStats", "Count the messages that each routing rule touched, and by which kinds of address recipients were found.",
            async context => Answer.Ok(await counts.RoutingAsync(context.Project, context.Cancellation)))
        {
            Allows = Permission.ReadAdministration,
            Answers = [AnswerShape.Ok<RoutingStats>(Routed)],
        }.Rest("GET", "/stats/routing"),

        new Operation<ProjectContext, HoursQuery>("ExportStats", "Get all counts of the last hours in one document.", Input.Query<HoursQuery>(), ExportAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<StatsExport>(
                $$"""
                {"since": "2026-01-21T14:00:00.000Z", "until": "2026-01-22T14:00:00.000Z", "messages": [{{AType}}], "agents": [{{AnAgent}}],
                 "pairs": [{{APair}}], "timeline": [{{APoint}}]}
                """)],
        }.Rest("GET", "/stats/export"),
    ];

    private async ValueTask<Answer> TimelineAsync(TimelineQuery query, ProjectContext context)
    {
        var bucket = Seconds(query.Bucket ?? "5m");
        var agent = query.Agent is { } id ? context.Project.Agents.Find(id) : null;
        if (query.Agent is not null && agent is null)
            return Problems.NotFound("agent", query.Agent);
        return await InRangeAsync(query.Range, async range => (range.Until - range.Since).TotalSeconds / bucket > Counts.MostBuckets - 2
            ? Problems.InvalidField("bucket", $"is too short for this time span: an answer has at most {Counts.MostBuckets - 2} buckets")
            : Answer.Ok(Page(await counts.TimelineAsync(context.Project, range, bucket, context.Cancellation, agent?.Number, query.Type))));
    }

    private async ValueTask<Answer> ExportAsync(HoursQuery query, ProjectContext context)
    {
        var (project, cancel) = (context.Project, context.Cancellation);
        var until = clock.GetUtcNow();
        var range = new TimeRange(until - TimeSpan.FromHours(query.Hours ?? 24), until);
        return Answer.Ok(new StatsExport
        {
            Since = range.Since,
            Until = range.Until,
            Messages = await counts.ByTypeAsync(project, range, cancel),
            Agents = await counts.ByAgentAsync(project, range, null, cancel),
            Pairs = await counts.PairsAsync(project, range, null, cancel),
            Timeline = await counts.TimelineAsync(project, range, CountRange.Hour, cancel),
        });
    }

    private ValueTask<Answer> InSquadAsync(SquadRangeQuery query, ProjectContext context, Func<TimeRange, IReadOnlySet<string>?, Task<Answer>> answer)
    {
        if (query.Squad is null)
            return InRangeAsync(query.Range, range => answer(range, null));
        return squads.Find(context.Project, query.Squad) is { } squad
            ? InRangeAsync(query.Range, range => answer(range, squad.Value.Members.Select(member => member.AgentId!).ToHashSet(StringComparer.Ordinal)))
            : new(Problems.NotFound("squad", query.Squad));
    }

    /// <summary>The time span of a query; the last 24 hours by default.</summary>
    private async ValueTask<Answer> InRangeAsync(RangeQuery query, Func<TimeRange, Task<Answer>> answer)
    {
        var until = query.Until ?? clock.GetUtcNow();
        var since = query.Since ?? Earlier(until, TimeSpan.FromDays(1));
        return since > until ? Problems.InvalidField("since", "is later than until") : await answer(new TimeRange(since, until));
    }

    private static DateTimeOffset Earlier(DateTimeOffset time, TimeSpan by) => time - DateTimeOffset.UnixEpoch > by ? time - by : DateTimeOffset.UnixEpoch;

    private static int Seconds(string bucket) =>
        int.Parse(bucket.AsSpan(0, bucket.Length - 1), System.Globalization.CultureInfo.InvariantCulture) * bucket[^1] switch
        {
            'm' => CountRange.Minute,
            'h' => CountRange.Hour,
            _ => CountRange.Day,
        };

    private static Page<T> Page<T>(IReadOnlyList<T> items) => new() { Items = items };

    private sealed record RangeQuery(DateTimeOffset? Since, DateTimeOffset? Until) : IQuery<RangeQuery>
    {
        public static RangeQuery Read(QueryReader query) => new(
            query.Time("since", "The beginning, rounded down to a whole minute; defaults to 24 hours before `until`."),
            query.Time("until", "The end, rounded up to a whole minute; defaults to now."));
    }

    private sealed record SquadRangeQuery(RangeQuery Range, string? Squad) : IQuery<SquadRangeQuery>
    {
        public static SquadRangeQuery Read(QueryReader query) => new(RangeQuery.Read(query), query.Text("squad", "Only among the current members of this squad."));
    }

    private sealed record TimelineQuery(RangeQuery Range, string? Bucket, string? Agent, string? Type) : IQuery<TimelineQuery>
    {
        public static TimelineQuery Read(QueryReader query) => new(
            RangeQuery.Read(query),
            query.Word("bucket", Buckets, "The length of each bucket; defaults to `5m`."),
            query.Text("agent", "Only messages that this agent sent, and acknowledgments that it made."),
            query.Text("type", "Only messages of this type."));
    }

    private sealed record HoursQuery(int? Hours) : IQuery<HoursQuery>
    {
        public static HoursQuery Read(QueryReader query) => new(query.Int("hours", 1, 1_900, "How many hours back; defaults to 24."));
    }
}
