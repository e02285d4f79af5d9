using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Storms;

/// <summary>Operations to look at storms, and to end them.</summary>
internal sealed class StormsConcept(
    StormBoard board, StormKeeper keeper, IHeldMessages held, ILogStore log, SenderResolver senders, Mailbox mailbox, IAuditTrail audit) : IConcept
{
    private const int MostHeldShown = 50;

    private const int LongestExcerpt = 200;

    private static readonly string AReleased = StormKind.AStorm.Replace("\"open\"", "\"released\"", StringComparison.Ordinal)
        .Replace("\"ended_at\": null, \"decided_by\": null", "\"ended_at\": \"2026-01-22T14:00:00.000Z\", \"decided_by\": \"ops-1\"", StringComparison.Ordinal);

    public string Title => "Storms";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, StormQuery>("ListStorms", "List the storms, newest first.", Input.Query<StormQuery>(), ListAsync)
        {
            Allows = Permission.Monitor,
            Answers = [AnswerShape.Ok<Page<Storm>>(Example.PageOf(StormKind.AnItem))],
        }.Rest("GET", "/storms"),

        new Operation<ProjectContext, string>("GetStorm", "Get a storm, with what its messages say.", Input.Path("storm_id"), GetAsync)
        {
            Allows = Permission.Monitor,
            Answers = [AnswerShape.Ok<Storm>(StormKind.AStorm)],
        }.Rest("GET", "/storms/{storm_id}"),

        new Operation<ProjectContext, (string Id, StormRelease? Release)>(
            "ReleaseStorm", "Release a storm: the held replies are delivered.",
            Input.Path("storm_id").And(Input.OptionalBody<StormRelease>("""{"message": "Please settle this with a single answer each."}""")).As(all => (all.First, all.Second)), ReleaseAsync)
        {
            Details = "Their hops start again from 0, and their time to live goes on from where it stood when they were held. With `message`, the agents of the storm "
                + "first get that message, in the storm's thread. May be repeated.",
            Allows = Permission.Oversee,
            Refuses = [ErrorCodes.Conflict],
            Answers = [AnswerShape.Ok<Storm>(AReleased)],
        }.Rest("POST", "/storms/{storm_id}/release"),

        new Operation<ProjectContext, string>("CancelStorm", "Cancel a storm: the held replies are withdrawn.", Input.Path("storm_id"), CancelAsync)
        {
            Details = "Their senders get a message of type `storm_cancelled`. May be repeated.",
            Allows = Permission.Oversee,
            Refuses = [ErrorCodes.Conflict],
            Answers = [AnswerShape.Ok<Storm>(AReleased.Replace("\"released\"", "\"cancelled\"", StringComparison.Ordinal))],
        }.Rest("POST", "/storms/{storm_id}/cancel"),
    ];

    private async ValueTask<Answer> ListAsync(StormQuery query, ProjectContext context)
    {
        if (!ListPlace.TryRead(query.List, out var below, out var problem))
            return problem;
        var found = await board.ListAsync(
            new EntityQuery(context.Project.Number, StormKind.Kind.Number, query.List.Limit + 1) { Below = below, Marks = [.. query.Marks] }, context.Cancellation);
        // Those of open storms are noted once a second.
        var counts = found.Any(one => one.Value.Status == StormStatus.Open)
            ? (await held.HeldCountsAsync(context.Cancellation)).Where(count => count.Project == context.Project.Number).ToDictionary(count => count.Storm, count => count.Messages)
            : [];
        return Answer.Ok(ListPlace.Page(found, query.List.Limit, one => one.Value with { Held = counts.GetValueOrDefault(one.Row.Made) }, one => one.Row.Made));
    }

    private async ValueTask<Answer> GetAsync(string id, ProjectContext context) =>
        await board.FindAsync(context.Project, id, context.Cancellation) is { } storm ? await ShowAsync(storm, context) : StormRules.NotFound(id);

    private async ValueTask<Answer> ReleaseAsync((string Id, StormRelease? Release) asked, ProjectContext context)
    {
        var (id, release) = asked;
        if (release is not null && StormRules.Check(release) is { } bad)
            return bad;
        if (release?.Message is { } text && await SayAsync(id, text, context) is { } problem)
            return problem;
        return await EndAsync(id, StormStatus.Released, "storm.released", context);
    }

    private ValueTask<Answer> CancelAsync(string id, ProjectContext context) => EndAsync(id, StormStatus.Cancelled, "storm.cancelled", context);

    /// <summary>Sends the operator's message before the held replies are delivered, so that the agents get it first.</summary>
    private async ValueTask<ApiProblem?> SayAsync(string id, string text, ProjectContext context)
    {
        var project = context.Project;
        if (await board.FindAsync(project, id, context.Cancellation) is not { } storm)
            return StormRules.NotFound(id);
        // What has ended, ends no more, so there is nothing to say about it.
        if (storm.Value.Status != StormStatus.Open)
            return null;
        if (!(await senders.FindAsync(context.Caller, project, senderId: null, session: null, context.Cancellation)).TryGet(out var sender, out var problem))
            return problem;
        return StormMessages.Word(project, storm.Value, text) is { } word ? (await mailbox.SendAsync(project, sender, word, null, context.Cancellation)).Problem : null;
    }

    private async ValueTask<Answer> EndAsync(string id, StormStatus status, string action, ProjectContext context)
    {
        var (project, caller) = (context.Project, context.Caller);
        if (await board.FindAsync(project, id, context.Cancellation) is not { } storm)
            return StormRules.NotFound(id);
        var count = await held.HeldCountAsync(project.Number, storm.Row.Made, context.Cancellation);
        var result = await board.ChangeAsync(
            project, storm.Row.Id, caller.NumberIn(project), present => StormRules.End(present, status, caller.AgentId ?? $"token:{caller.TokenId}", count), context.Cancellation);
        if (!result.TryGet(out var ended, out var problem))
            return problem;
        if (ended is null)
            return StormRules.NotFound(id);
        await audit.RecordAsync(caller, project.Id, action, id, context.Cancellation);
        return await ShowAsync(await keeper.EndAsync(project, ended, context.Cancellation), context);
    }

    /// <summary>Fills in what is not stored with a storm: what it holds now, and what its messages say, unless they were deleted.</summary>
    private async ValueTask<Answer> ShowAsync(Entity<Storm> storm, ProjectContext context)
    {
        var (project, shown) = (context.Project, storm.Value);
        var now = await held.HeldAsync(project.Number, storm.Row.Made, MostHeldShown, context.Cancellation);
        var messages = new List<StormMessage>();
        foreach (var message in now)
        {
            if (await EntryAsync(project, message.Seq, context) is { } entry)
                messages.Add(StormBoard.ToMessage(project, entry, Excerpt(entry)));
        }

        var last = new List<StormMessage>();
        foreach (var message in shown.LastMessages)
            last.Add(await WithContentAsync(project, message, context));
        return Answer.Ok(
            shown with
            {
                Held = await held.HeldCountAsync(project.Number, storm.Row.Made, context.Cancellation),
                FirstMessage = shown.FirstMessage is { } first ? await WithContentAsync(project, first, context) : null,
                LastMessages = last,
                HeldMessages = messages,
            },
            storm.Version);
    }

    private async ValueTask<StormMessage> WithContentAsync(ProjectState project, StormMessage message, ProjectContext context) =>
        await EntryAsync(project, StormRules.SeqOf(message), context) is { } entry ? message with { Content = Excerpt(entry) } : message;

    private async ValueTask<LogEntry?> EntryAsync(ProjectState project, long seq, ProjectContext context) =>
        project.Log.Find(seq) ?? await log.FindAsync(project.Number, seq, context.Cancellation);

    private static string? Excerpt(LogEntry message) => MessageJsonReader.Content(message.Json) is { } content ? Start(content) : null;

    private static string Start(string content) =>
        content.Length <= LongestExcerpt ? content : content[..(char.IsHighSurrogate(content[LongestExcerpt - 1]) ? LongestExcerpt - 1 : LongestExcerpt)];
}
