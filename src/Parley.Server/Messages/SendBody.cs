using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Parley.Protocol;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>How a send stands in a body.</summary>
internal interface ISendShape
{
    static abstract SendShape Shape { get; }

    /// <summary>The noun of the documentation.</summary>
    static abstract Type Noun { get; }
}

internal readonly struct PlainSend : ISendShape
{
    public static SendShape Shape => SendShape.Plain;

    public static Type Noun => typeof(SendRequest);
}

internal readonly struct BroadcastSend : ISendShape
{
    public static SendShape Shape => SendShape.Broadcast;

    public static Type Noun => typeof(BroadcastRequest);
}

internal readonly struct RequestSend : ISendShape
{
    public static SendShape Shape => SendShape.Request;

    public static Type Noun => typeof(RequestRequest);
}

/// <summary>The body of a send, read straight from its bytes.</summary>
internal sealed class SendBody<TShape> : IInput, IBindableFromHttpContext<SendBody<TShape>>, IEndpointParameterMetadataProvider
    where TShape : ISendShape
{
    private readonly SendDraft? _draft;

    private SendBody(SendDraft? draft, ApiProblem? problem) => (_draft, Problem) = (draft, problem);

    public ApiProblem? Problem { get; }

    public SendDraft Draft => _draft ?? throw new InvalidOperationException("The body is bad: its problem is to be answered, not its draft used.");

    public static async ValueTask<SendBody<TShape>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var (bytes, problem) = await BodyBytes.ReadAsync(context);
        if (problem is not null)
            return new SendBody<TShape>(null, problem);
        var draft = JsonText.IsSound(bytes.Span) ? ReadOrNull(bytes) : null;
        if (draft is null)
            return new SendBody<TShape>(null, SendDiagnosis.Explain(bytes, TShape.Shape));
        draft.IdempotencyKey ??= context.Request.Headers["Idempotency-Key"] is [{ Length: > 0 } key, ..] ? key : null;
        return new SendBody<TShape>(draft, null);
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(new AcceptsMetadata(["application/json"], TShape.Noun));
        builder.Metadata.Add(new Refusals([ErrorCodes.InvalidRequest, ErrorCodes.TooLarge, ErrorCodes.UnsupportedMediaType]));
    }

    private static SendDraft? ReadOrNull(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return SendReader.Read(bytes, TShape.Shape);
        }
        catch (Exception fault) when (fault is System.Text.Json.JsonException or InvalidOperationException)
        {
            // Not JSON, or half a surrogate pair: whoever asks why gets the long answer.
            return null;
        }
    }
}
