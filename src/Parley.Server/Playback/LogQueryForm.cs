using Parley.Server.Rest;

namespace Parley.Server.Playback;

/// <summary>The parameters of <c>GET log</c>.</summary>
internal sealed record LogQueryForm(
    string? After, string? Until, int Limit, string? Execution, string? Thread, IReadOnlyList<string> Agents, IReadOnlyList<string> Kinds) : IQuery<LogQueryForm>
{
    public static LogQueryForm Read(QueryReader query) => new(
        query.Text("after", "A place or a seq: only entries after it. The `next` of the previous page; from the start of the log by default."),
        query.Text("until", "A place or a seq: only entries up to it, including it. By default, up to the newest entry."),
        query.Int("limit", 1, 500, "How many items at most.") ?? 100,
        query.Text("execution", "Only an execution and what belongs to it: its messages and questions, and the steps of its workflow."),
        query.Text("thread", "Only a thread and what belongs to it: its messages and questions, and the task or the workflow that it is about."),
        query.Texts("agents", "Only entries from, to, or about one of these agents."),
        query.Texts("kinds", "Only these kinds: the names of feeds, such as `messages` and `tasks`, or `reactions` or `audit`."));
}

/// <summary>The parameters of <c>GET log/histogram</c>.</summary>
internal sealed record HistogramForm(DateTimeOffset? Since, DateTimeOffset? Until, string? Bucket, string? Execution, string? After) : IQuery<HistogramForm>
{
    internal static IReadOnlyList<string> Buckets { get; } = ["1s", "5s", "10s", "30s", "1m", "5m", "10m", "15m", "30m", "1h", "6h", "12h", "1d"];

    public static HistogramForm Read(QueryReader query) => new(
        query.Time("since", "The beginning; defaults to 24 hours before `until`, or to the start of the execution."),
        query.Time("until", "The end; defaults to now, or to the end of the execution."),
        query.Word("bucket", Buckets, "The length of each bucket; defaults to `5m`. One that is shorter than `1m` needs `execution`."),
        query.Text("execution", "Only what belongs to this execution."),
        query.Text("after", "With `execution`: the `next` of the previous answer."));

    /// <summary>The length of a bucket in seconds.</summary>
    internal int Seconds
    {
        get
        {
            var bucket = Bucket ?? "5m";
            return int.Parse(bucket.AsSpan(0, bucket.Length - 1), System.Globalization.CultureInfo.InvariantCulture) * bucket[^1] switch
            {
                's' => 1,
                'm' => 60,
                'h' => 3_600,
                _ => 86_400,
            };
        }
    }
}

/// <summary>The parameter of <c>GET log/place</c>.</summary>
internal sealed record PlaceForm(DateTimeOffset? Time) : IQuery<PlaceForm>
{
    public static PlaceForm Read(QueryReader query) => new(query.Time("time", "The time that you want the place for."));
}
