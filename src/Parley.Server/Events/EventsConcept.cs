using System.Globalization;
using Microsoft.AspNetCore.Http;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Events;

/// <summary>Events, published by agents and by the server.</summary>
internal sealed class EventsConcept(ILogAppender log, EventCatalog events, EventPages pages, EntryRate rate) : IConcept
{
    internal const string AnEvent =
        """
        {"event_id": "0199e1c3-0000-7000-8000-000000000414", "seq": 1044, "event_type": "build.failed", "project_id": "default", "source": "ci",
         "data": {"branch": "main", "job": 88}, "timestamp": "2026-01-22T13:58:00.000Z"}
        """;

    private const string ARequest = """{"event_type": "build.failed", "data": {"branch": "main", "job": 88}}""";

    public string Title => "Events";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, EventPost>("PublishEvent", "Publish an event.", new EventInput(ARequest), PublishAsync)
        {
            Details = "Also takes CloudEvents 1.0: one in structured mode (`application/cloudevents+json`) or in binary mode (headers `ce-*`), or many "
                + "as a batch (`application/cloudevents-batch+json`). Of a batch, all events are published or none; the answer is `{items}`.",
            Allows = Permission.WriteEvents,
            Refuses = [ErrorCodes.RateLimited],
            Answers = [AnswerShape.Created<EventRecord>(AnEvent)],
            OncePerKey = OncePerKey.Yes,
        }.Rest("POST", "/events").Frame(FrameEvents.EventPublish),

        new Operation<ProjectContext, EventListQuery>("ListEvents", "List past events, newest first.", Input.Query<EventListQuery>(), ListAsync)
        {
            Details = "A page may have fewer items than `limit` even if it is not the last one: keep reading until `next` is null. "
                + "With `Accept: application/cloudevents-batch+json`, the answer is a batch of CloudEvents, and the `Link` header has the next page.",
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<EventRecord>>(Example.PageOf(AnEvent))],
        }.Rest("GET", "/events"),

        new Operation<ProjectContext, (string Id, EventQueryForm Form)>(
            "GetEvent", "Get an event.", Input.Path("event_id").And(Input.Query<EventQueryForm>()), GetAsync)
        {
            Details = "With `Accept: application/cloudevents+json` or `mode=structured` the answer is a CloudEvent as JSON. With `mode=binary`, its "
                + "attributes are `ce-*` headers, and the body is its data, with its own content type.",
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<EventRecord>(AnEvent)],
        }.Rest("GET", "/events/{event_id}"),
    ];

    private async ValueTask<Answer> PublishAsync(EventPost post, ProjectContext context)
    {
        for (var i = 0; i < post.Events.Count; i++)
        {
            if (EventRules.Check(post.Events[i], events, post.IsBatch ? $"[{i}].type" : post.TypeField) is { } problem)
                return problem;
        }

        if (rate.Refusal(context.Project, context.Caller) is { } tooFast)
            return tooFast;
        var (project, caller) = (context.Project, context.Caller);
        var source = caller.AgentId ?? AgentDirectory.Human;
        var published = new byte[post.Events.Count][];
        await log.AppendAsync(
            project.Number,
            [
                .. post.Events.Select((draft, at) => new NewEntry(
                    EntryKind.Event, Audience.Project, caller.NumberIn(project), draft.Type,
                    (seq, stamp) => published[at] = EventJson.Of(
                        EntryId.Create(stamp, seq, EntryId.Random()), seq, draft.Type, project.Id, source, draft.Data, stamp, draft.CloudEvent))),
            ],
            context.Cancellation);
        return new JsonAnswer(StatusCodes.Status201Created, post.IsBatch ? Items(published) : published[0], null);
    }

    private async ValueTask<Answer> ListAsync(EventListQuery query, ProjectContext context)
    {
        if (!ListPlace.TryRead(query.List, out var below, out var problem))
            return problem;
        var (found, next) = await pages.ReadAsync(
            new EventQuery(
                context.Project.Number, below, query.Since?.ToUnixTimeMilliseconds() ?? 0, query.Until?.ToUnixTimeMilliseconds() ?? long.MaxValue, query.List.Limit),
            new EventTypes(query.Types), context.Caller.ReaderIn(context.Project), context.Cancellation);
        var shown = found.Select(entry => events.Show(entry, context.Project.Id));
        if (CloudEventAnswer.IsWanted(context.Http.Request, EventInput.Batch))
            return await CloudEventAnswer.WriteAsync(context.Http, shown, next);
        return Answer.Raw(to =>
        {
            to.Raw(Items(shown).AsSpan()[..^1]);
            to.Raw(",\"next\":"u8);
            to.Raw(next is { } seq ? System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\"{seq}\"}}")) : "null}"u8);
        });
    }

    private async ValueTask<Answer> GetAsync((string Id, EventQueryForm Form) asked, ProjectContext context)
    {
        var (id, form) = asked;
        if (await pages.FindAsync(context.Project, id, context.Caller.ReaderIn(context.Project), context.Cancellation) is not { } shown)
            return Problems.NotFound("event", id);
        var http = context.Http;
        http.Response.Headers.Vary = Microsoft.Net.Http.Headers.HeaderNames.Accept;
        return form.Mode switch
        {
            EventQueryForm.Binary => await CloudEventAnswer.WriteBinaryAsync(http, shown),
            null when !CloudEventAnswer.IsWanted(http.Request, EventInput.Structured) => Answer.Raw(to => to.Raw(shown)),
            _ => await CloudEventAnswer.WriteStructuredAsync(http, shown),
        };
    }

    /// <summary><c>{"items":[...]}</c></summary>
    private static byte[] Items(IEnumerable<byte[]> items)
    {
        using var json = new FrameBuffer();
        json.Raw("{\"items\":"u8);
        CloudEventAnswer.WriteArray(json, items);
        json.Raw("}"u8);
        return json.From(0).ToArray();
    }
}

/// <summary>The filters of a list of past events.</summary>
internal sealed record EventListQuery(ListQuery List, IReadOnlyList<string> Types, DateTimeOffset? Since, DateTimeOffset? Until) : IQuery<EventListQuery>
{
    public static EventListQuery Read(QueryReader query) => new(
        query.List(),
        query.Texts("types", "Only these types. `*` matches any characters within a word, `>` at the end matches one or more words: `task_*`, `build.>`."),
        query.Time("since", "Only events at this time or later."),
        query.Time("until", "Only events at this time or earlier."));
}

/// <summary>The format of one event.</summary>
/// <param name="Mode">A CloudEvents content mode; null to use <c>Accept</c>.</param>
internal sealed record EventQueryForm(string? Mode) : IQuery<EventQueryForm>
{
    internal const string Structured = "structured", Binary = "binary";

    public static EventQueryForm Read(QueryReader query) => new(
        query.Word("mode", [Structured, Binary], "Answer with a CloudEvent in this content mode."));
}
