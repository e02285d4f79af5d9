using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Executions;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Statistics;
using Parley.Server.Wire;

namespace Parley.Server.Playback;

/// <summary>The log as it was: what happened, in order, each item as it was then.</summary>
internal sealed class PlaybackConcept(
    LogPages pages, LogHistograms histograms, LogKinds kinds, ILogStore log, IPlaybackStore places, MessageAccess access, IEntityStore entities, EventCatalog events,
    TimeProvider clock) : IConcept
{
    private const string ARecord =
        """
        {"seq": 1043, "place": "1769090212-1043", "kind": "memory", "op": "put", "at": "2026-01-22T13:57:02.551Z", "event_type": "memory_updated",
         "item": {"key": "build/status", "value": "green", "version": 1043}}
        """;

    public string Title => "Log";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, LogQueryForm>("ReadLog", "Read what happened in a project, oldest first, each item as it was then.", Input.Query<LogQueryForm>(), ReadAsync)
        {
            Details = "A page may have fewer items than `limit`, even none, if it is not the last one: keep reading until `next` is null. "
                + "`place` is where a subscription goes on without a gap. A message that was deleted is a tombstone.",
            Allows = Permission.ReadMessages,
            Own = "entries that it may read in feeds",
            Answers = [AnswerShape.Ok<LogPage>($$"""{"items": [{{ARecord}}], "next": null, "place": "1769090212-1043", "first_seq": 1}""")],
        }.Rest("GET", "/log"),

        new Operation<ProjectContext, HistogramForm>(
            "GetLogHistogram", "Count a project's or an execution's messages, questions, and failures over time.", Input.Query<HistogramForm>(), HistogramAsync)
        {
            Details = "Failures are deliveries that died, tasks that failed, and steps of workflows that failed for good. With `execution`, an answer may cover "
                + "only a part of the log: then `next` is not null. Pass it as `after`, and add up the items with the same `at`. Of an execution, an agent's token counts what it may read.",
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<LogHistogram>("""{"items": [{"at": "2026-01-22T13:55:00.000Z", "messages": 18, "questions": 1, "failures": 0}], "next": null}""")],
        }.Rest("GET", "/log/histogram"),

        new Operation<ProjectContext, PlaceForm>("GetLogPlace", "Get the place in the log at a time.", Input.Query<PlaceForm>(), PlaceAsync)
        {
            Details = "The place of the last entry at that time or before. If all entries are later, it is the place before the first one that is kept.",
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<LogPlace>("""{"place": "1769090212-1042", "seq": 1042}""")],
        }.Rest("GET", "/log/place"),
    ];

    private async ValueTask<Answer> ReadAsync(LogQueryForm query, ProjectContext context)
    {
        var (project, cancel) = (context.Project, context.Cancellation);
        if (!(await FilterAsync(query, context)).TryGet(out var filter, out var problem))
            return problem;
        if (!TryPlace(project, "after", query.After, 0, out var after, out problem) || !TryPlace(project, "until", query.Until, long.MaxValue, out var until, out problem))
            return problem!;

        var first = await log.FirstSeqAsync(project.Number, cancel);
        var part = await pages.ReadAsync(project, context.Caller.ReaderIn(project), filter, (Math.Max(after, first - 1), until), query.Limit, cancel);
        var place = project.Log.Place(part.LookedTo).ToString();
        return Answer.Ok(new LogPage { Items = [.. part.Found.Select(entry => Show(project, entry))], Next = part.IsLast ? null : place, Place = place, FirstSeq = first });
    }

    private async ValueTask<Answer> HistogramAsync(HistogramForm query, ProjectContext context)
    {
        var (project, cancel) = (context.Project, context.Cancellation);
        if (!TryPlace(project, "after", query.After, 0, out var after, out var problem))
            return problem!;
        var bad = new Validation()
            .Check(query.Execution is not null || query.Seconds >= CountRange.Minute, "bucket", "is shorter than 1m, which needs `execution`")
            .Check(query.Execution is not null || query.After is null, "after", "needs `execution`: without it, every answer is complete")
            .Uuid("execution", query.Execution).Problem;
        if (bad is not null)
            return bad;

        Execution? execution = null;
        var filter = new LogFilter();
        if (query.Execution is { } id)
        {
            if (!(await OfExecutionAsync(project, id, cancel)).TryGet(out var found, out problem))
                return problem;
            (execution, filter) = found;
        }

        var until = query.Until ?? execution?.EndedAt ?? clock.GetUtcNow();
        var since = query.Since ?? execution?.CreatedAt ?? (until - DateTimeOffset.UnixEpoch > TimeSpan.FromDays(1) ? until - TimeSpan.FromDays(1) : DateTimeOffset.UnixEpoch);
        if (since > until)
            return Problems.InvalidField("since", "is later than until");
        if ((until - since).TotalSeconds / query.Seconds > Counts.MostBuckets - 2)
            return Problems.InvalidField("bucket", $"is too short for this time span: an answer has at most {Counts.MostBuckets - 2} buckets");
        var range = new TimeRange(since, until);
        return Answer.Ok(execution is null
            ? await histograms.OfProjectAsync(project, range, query.Seconds, cancel)
            : await histograms.OfAsync(project, filter, context.Caller.ReaderIn(project), range, query.Seconds, after, cancel));
    }

    private async ValueTask<Answer> PlaceAsync(PlaceForm query, ProjectContext context)
    {
        if (query.Time is not { } time)
            return Problems.InvalidField("time", "is missing");
        var seq = await places.SeqAtAsync(context.Project.Number, time.ToUnixTimeMilliseconds(), context.Cancellation);
        return Answer.Ok(new LogPlace { Place = context.Project.Log.Place(seq).ToString(), Seq = seq });
    }

    private async ValueTask<Result<LogFilter>> FilterAsync(LogQueryForm query, ProjectContext context)
    {
        var (project, cancel) = (context.Project, context.Cancellation);
        var unknown = query.Kinds.FirstOrDefault(kind => !kinds.All.Contains(kind, StringComparer.Ordinal));
        var problem = new Validation().Uuid("thread", query.Thread).Uuid("execution", query.Execution)
            .Check(unknown is null, "kinds", $"has '{Problems.Shown(unknown ?? "")}'; expected some of {string.Join(", ", kinds.All)}").Problem;
        if (problem is not null)
            return problem;

        var filter = new LogFilter { Kinds = query.Kinds.ToHashSet(StringComparer.Ordinal) };
        if (query.Thread is { } thread)
        {
            if (await access.FindThreadAsync(project, Guid.Parse(thread), context.Caller.ReaderIn(project), cancel) is not { } opened)
                return Problems.NotFound("thread", thread);
            filter = filter with { Thread = new LogOwner(opened, thread) };
        }

        if (query.Execution is { } execution)
        {
            if (!(await OfExecutionAsync(project, execution, cancel)).TryGet(out var found, out problem))
                return problem;
            filter = filter with { Execution = found.Filter.Execution, Workflow = found.Filter.Workflow };
        }

        return query.Agents.Count == 0 ? filter : filter with
        {
            Agents = (query.Agents.ToHashSet(StringComparer.Ordinal), query.Agents.Select(id => MessageSenders.NumberOf(project, id)).OfType<int>().ToHashSet()),
        };
    }

    private async ValueTask<Result<(Execution Execution, LogFilter Filter)>> OfExecutionAsync(ProjectState project, string id, CancellationToken cancellationToken)
    {
        if (await entities.FindAsync(project.Number, ExecutionKind.Kind.Number, Guid.Parse(id), cancellationToken) is not { } row)
            return Problems.NotFound("execution", id);
        var execution = ExecutionKind.Kind.Read(EntityJson.Shown(ExecutionKind.Kind.Fields, row));
        return (execution, new LogFilter { Execution = new LogOwner(row.Made, row.Id.ToString()), Workflow = execution.WorkflowId });
    }

    private LogRecord Show(ProjectState project, LogEntry entry) => new()
    {
        Seq = entry.Seq,
        Place = project.Log.Place(entry.Seq).ToString(),
        Kind = kinds.NameOf(entry),
        Op = kinds.IsEnd(entry) ? ChangeOp.Delete : ChangeOp.Put,
        At = DateTimeOffset.FromUnixTimeMilliseconds(entry.Stamp),
        EventType = events.TypeOf(entry),
        Item = JsonElement.Parse(entry.Json),
    };

    private static bool TryPlace(ProjectState project, string name, string? text, long absent, out long seq, out ApiProblem? problem)
    {
        (seq, problem) = (absent, null);
        if (text is null)
            return true;
        if (!LogPosition.TryParse(text, project.Log.Epoch, out var place))
            problem = Problems.InvalidField(name, $"is '{Problems.Shown(text)}'; expected a place such as {project.Log.Place(project.Log.Head)}, or a seq");
        else if (place.Epoch != project.Log.Epoch)
            problem = Problems.InvalidField(name, $"is a place in another log, perhaps from before a backup was restored; this one is at {project.Log.Place(project.Log.Head)}");
        seq = place.Seq;
        return problem is null;
    }
}
