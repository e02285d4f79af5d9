using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Net.Http.Headers;
using Parley.Server.Limits;
using Parley.Server.Wire;

namespace Parley.Server.Rest;

/// <summary>The bytes of a JSON body, up to the limit of its endpoint.</summary>
internal static class BodyBytes
{
    /// <returns>The bytes, empty when there was no body; or why it is refused.</returns>
    /// <param name="anyType">Whatever its content type is; otherwise it must be JSON.</param>
    /// <param name="orType">A type of JSON that means something else here than <c>application/json</c>, to be named in a refusal; null: there is none.</param>
    public static async ValueTask<(ReadOnlyMemory<byte> Bytes, ApiProblem? Problem)> ReadAsync(HttpContext context, bool anyType = false, string? orType = null)
    {
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>()?.Bytes
            ?? throw new InvalidOperationException($"{context.GetEndpoint()?.DisplayName} reads a body and has no limit: say it by a BodyLimit.");
        if (context.Request.ContentLength > limit)
            return (default, Problems.TooLarge("The body", limit));

        // Kestrel's own limit is the same for all paths; ours is the endpoint's, and the one that answers.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } kestrel)
            kestrel.MaxRequestBodySize = null;

        var reader = context.Request.BodyReader;
        Reception? reception = null;
        while (true)
        {
            ReadResult read;
            try
            {
                var reading = reader.ReadAsync(context.RequestAborted);
                // Most are there at once and cost nothing.
                if (!reading.IsCompletedSuccessfully)
                    reception ??= Begin(context);
                read = await reading;
            }
            catch (IOException broken) when (broken.InnerException is OverflowException)
            {
                // Kestrel's word for the size of a chunk that no number holds; all its other faults of a body are a BadHttpRequestException.
                return (default, Problems.InvalidRequest("The body has a chunk with an invalid size."));
            }

            if (read.Buffer.Length > limit)
            {
                reader.AdvanceTo(read.Buffer.End);
                return (default, Problems.TooLarge("The body", limit));
            }

            if (read.Buffer.Length > ByteBudget.Free)
                reception ??= Begin(context);
            if (reception?.Reach(read.Buffer.Length) is { } fault and not ReceptionFault.None)
            {
                reader.AdvanceTo(read.Buffer.End);
                return (default, Refuse(context, fault));
            }

            if (read.IsCompleted)
            {
                reception?.Complete();
                var bytes = System.Buffers.BuffersExtensions.ToArray(read.Buffer);
                reader.AdvanceTo(read.Buffer.End);
                return bytes.Length > 0 && !anyType && NotJson(context.Request, orType) is { } problem ? (default, problem) : (bytes, null);
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static Reception Begin(HttpContext context)
    {
        var reader = context.Request.BodyReader;
        // The caller, who is one object for each token; of what anyone may send, the address it comes from.
        var owner = context.User.Identity is { IsAuthenticated: true } ? context.User : (object?)context.Connection.RemoteIpAddress ?? reader;
        var reception = context.RequestServices.GetRequiredService<Receiving>().Begin(owner, reader.CancelPendingRead);
        context.Response.RegisterForDispose(reception);
        return reception;
    }

    private static ApiProblem Refuse(HttpContext context, ReceptionFault fault)
    {
        // What is still to come would have to be read, and that is what there is no time or room for.
        context.Response.Headers.Connection = "close";
        return fault switch
        {
            ReceptionFault.TooSlow => Problems.InvalidRequest("The body arrived too slowly.") with { Status = StatusCodes.Status408RequestTimeout },
            ReceptionFault.OwnerFull => Problems.TooMuchUnderWay(),
            _ => Problems.Overloaded(),
        };
    }

    /// <returns>Why a body is not taken as JSON; null: it is.</returns>
    private static ApiProblem? NotJson(HttpRequest request, string? orType)
    {
        if (request.Headers.ContentEncoding is [{ Length: > 0 } encoding, ..] && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            return Problems.UnsupportedMediaType("Content-Encoding is not supported: send the body uncompressed.");
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type))
            return Problems.UnsupportedMediaType($"Say {Wanted()}.");
        if (!type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) && !type.Suffix.Equals("json", StringComparison.OrdinalIgnoreCase))
            return Problems.UnsupportedMediaType($"The content type is '{Problems.Shown(type.MediaType.ToString())}'; say {Wanted()}.");
        return type.Charset is { Length: > 0 } charset && !charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
            ? Problems.UnsupportedMediaType("JSON must be UTF-8; no other charset is supported.")
            : null;

        string Wanted() => orType is null ? "'Content-Type: application/json'" : $"'Content-Type: application/json' or 'Content-Type: {orType}'";
    }
}
