using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>Conversations over REST.</summary>
internal static class ThreadEndpoints
{
    public static void MapThreads(this IEndpointRouteBuilder routes)
    {
        var threads = routes.MapGroup("/threads").WithTags("Threads");
        threads.MapGet("/", ListAsync).WithName("ListThreads").WithSummary("Conversations that you may read, the liveliest first.")
            .Allow(Permission.ReadMessages).Produces<Page<ThreadSummary>>().Refuses(ErrorCodes.IndexBehind);
        threads.MapGet("/{thread_id}", GetAsync).WithName("GetThread").WithSummary("A conversation: its messages in order, who takes part.")
            .Allow(Permission.ReadMessages).Produces<ThreadView>().Refuses(ErrorCodes.NotFound);
        threads.MapGet("/{thread_id}/current", CurrentAsync).WithName("GetThreadCurrent").WithSummary("What is newer than what you have read, and what of it was superseded.")
            .Allow(Permission.ReadMessages).Produces<ThreadCurrent>().Refuses(ErrorCodes.NotFound);
    }

    private static async Task<IResult> ListAsync(
        Query<ListQuery> query, Caller caller, Scope scope, ProjectDirectory projects, IMessageHistory history, IndexCatchUp index, CancellationToken cancellationToken)
    {
        if (projects.Find(scope.ProjectId) is not { } project)
            return Problems.NotFound("project", scope.ProjectId);
        var before = long.MaxValue;
        if (query.Value.After is { } after && !long.TryParse(after, NumberStyles.None, CultureInfo.InvariantCulture, out before))
            return Problems.InvalidField("after", "is not the `next` of a page");
        if (await index.RunAsync(project.Number, cancellationToken) is { } behind)
            return behind;
        var limit = query.Value.Limit;
        var rows = await history.ThreadsAsync(project.Number, caller.ReaderIn(project)?.Agent, before, limit + 1, cancellationToken);
        return TypedResults.Ok(new Page<ThreadSummary>
        {
            Items = [.. rows.Take(limit).Select(row => Summary(project, row))],
            Next = rows.Count > limit ? rows[limit - 1].LastSeq.ToString(CultureInfo.InvariantCulture) : null,
        });
    }

    private static async Task<IResult> GetAsync(
        string thread_id, Query<ListQuery> query, Caller caller, Scope scope, ProjectDirectory projects, MessageAccess access, IMessageHistory history,
        CancellationToken cancellationToken)
    {
        var (project, thread, problem) = await FindAsync(thread_id, caller, scope, projects, access, cancellationToken);
        if (problem is not null)
            return problem;
        long after = 0;
        if (query.Value.After is { } place && !long.TryParse(place, NumberStyles.None, CultureInfo.InvariantCulture, out after))
            return Problems.InvalidField("after", "is not the `next` of a page");
        if (await history.ThreadRowAsync(project!.Number, thread, cancellationToken) is not { } row)
            return Problems.NotFound("thread", thread_id);
        var limit = query.Value.Limit;
        var messages = await history.ThreadAsync(project.Number, thread, after, limit + 1, cancellationToken);
        var summary = Summary(project, row);
        return TypedResults.Ok(new ThreadView
        {
            ConversationThreadId = summary.ConversationThreadId,
            Title = summary.Title,
            Participants = summary.Participants,
            Messages = summary.Messages,
            StartedAt = summary.StartedAt,
            LastAt = summary.LastAt,
            LastSeq = summary.LastSeq,
            Items = [.. messages.Take(limit).Select(MessageJsonReader.Message)],
            Next = messages.Count > limit ? messages[limit - 1].Seq.ToString(CultureInfo.InvariantCulture) : null,
        });
    }

    private static async Task<IResult> CurrentAsync(
        string thread_id, Query<SinceQuery> query, Caller caller, Scope scope, ProjectDirectory projects, MessageAccess access, IMessageHistory history,
        CancellationToken cancellationToken)
    {
        var (project, thread, problem) = await FindAsync(thread_id, caller, scope, projects, access, cancellationToken);
        if (problem is not null)
            return problem;
        var since = query.Value.Since;
        var newer = await history.ThreadAsync(project!.Number, thread, since, 500, cancellationToken);
        var superseded = await history.SupersededAsync(project.Number, thread, since, cancellationToken);
        return TypedResults.Ok(new ThreadCurrent
        {
            ConversationThreadId = thread_id,
            Since = since,
            IsCurrent = newer.Count == 0 && superseded.Count == 0,
            Newer = [.. newer.Select(MessageJsonReader.Message)],
            Superseded = [.. superseded.Select(message => MessageJsonReader.Id(message.Json).ToString())],
        });
    }

    private static async ValueTask<(ProjectState? Project, long Thread, ApiProblem? Problem)> FindAsync(
        string id, Caller caller, Scope scope, ProjectDirectory projects, MessageAccess access, CancellationToken cancellationToken)
    {
        if (projects.Find(scope.ProjectId) is not { } project)
            return (null, 0, Problems.NotFound("project", scope.ProjectId));
        if (!WireNames.IsUuid(id) || EntryId.SeqOf(Guid.Parse(id)) is not (> 0 and var seq) || seq > project.Log.Head)
            return (null, 0, Problems.NotFound("thread", id));
        // The entry that opened a thread may be gone with retention; then its later messages still carry the thread's id.
        var entry = await access.FindEntryAsync(project, Guid.Parse(id), cancellationToken);
        if (entry is not null && entry.Thread != entry.Seq || !await access.MayReadThreadAsync(project.Number, seq, caller.ReaderIn(project), cancellationToken))
            return (null, 0, Problems.NotFound("thread", id));
        return entry is null && project.Log.Find(seq) is not null ? (null, 0, Problems.NotFound("thread", id)) : (project, seq, null);
    }

    private static ThreadSummary Summary(ProjectState project, ThreadRow row) => new()
    {
        ConversationThreadId = row.Id.ToString(),
        Title = row.Title,
        Participants = [.. row.Participants.Select(number => project.Agents.Find(number)?.Id).OfType<string>()],
        Messages = row.Messages,
        StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.StartedAt),
        LastAt = DateTimeOffset.FromUnixTimeMilliseconds(row.LastAt),
        LastSeq = row.LastSeq,
    };
}

/// <summary>What one has read up to.</summary>
internal sealed record SinceQuery(long Since) : IQuery<SinceQuery>
{
    public static SinceQuery Read(QueryReader query) => new(query.Long("since", 0, "The seq of the newest message that you have read.") ?? 0);
}
