using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Events;

/// <summary>The events to publish.</summary>
/// <param name="TypeField">The name of the type's field in the input.</param>
internal sealed record EventPost(IReadOnlyList<EventDraft> Events, bool IsBatch, string TypeField);

/// <summary>Reads events to publish: one in Parley's own format, or CloudEvents in any mode, depending on the content type and the headers.</summary>
internal sealed class EventInput(Example example) : Input<EventPost>
{
    internal const string Structured = "application/cloudevents+json", Batch = "application/cloudevents-batch+json";

    internal override InputShape Shape { get; } = new() { Body = typeof(EventRequest), Examples = [example], TakesAnyContentType = true };

    internal override bool FitsFrames => true;

    internal override async ValueTask<Result<EventPost>> ReadAsync(HttpContext http, OperationOrigin origin)
    {
        var form = MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type) ? type.MediaType.ToString() : "";
        var isStructured = form.Equals(Structured, StringComparison.OrdinalIgnoreCase);
        var isBatch = form.Equals(Batch, StringComparison.OrdinalIgnoreCase);
        var isBinary = !isStructured && !isBatch && http.Request.Headers.Keys.Any(name => name.StartsWith(CloudEventReader.HeaderPrefix, StringComparison.OrdinalIgnoreCase));
        var (bytes, problem) = await BodyBytes.ReadAsync(http, anyType: isBinary);
        if (problem is not null)
            return problem;
        var read = isBinary ? CloudEventReader.Binary(http.Request, bytes) : isStructured || isBatch ? CloudEventReader.Structured(bytes, isBatch) : Read(bytes);
        if (!read.TryGet(out var post, out problem))
            return problem;
        if (origin.IsOncePerKey)
            Print(post, origin);
        return post;
    }

    internal override Result<EventPost> Read(ReadOnlyMemory<byte> json)
    {
        if (!JsonInput.TryRead<EventRequest>(json.IsEmpty ? "{}"u8 : json.Span, out var request, out var problem))
            return problem;
        return EventRules.Draft(request).TryGet(out var draft, out problem) ? new EventPost([draft], IsBatch: false, "event_type") : problem;
    }

    private static void Print(EventPost post, OperationOrigin origin)
    {
        foreach (var draft in post.Events)
        {
            origin.Print(new EventRequest { EventType = draft.Type, Data = Parsed(draft.Data) });
            origin.Print(new EventRequest { Data = Parsed(draft.CloudEvent) });
        }
    }

    private static JsonElement? Parsed(byte[] json) => json.Length == 0 ? null : JsonElement.Parse(json);
}
