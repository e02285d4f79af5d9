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
    /// <returns>The bytes, empty if there was no body; or the reason why it is refused.</returns>
    /// <param name="anyType">Whether any content type is accepted; if not, it must be JSON.</param>
    /// <param name="orType">A JSON type with a different meaning here than <c>application/json</c>, to be named in a refusal; null if there is
    /// none.</param>
    public static async ValueTask<(ReadOnlyMemory<byte> Bytes, ApiProblem? Problem)> ReadAsync(HttpContext context, bool anyType = false, string? orType = null)
    {
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<BodyLimit>()?.Bytes
            ?? throw new InvalidOperationException($"{context.GetEndpoint()?.DisplayName} reads a body and has no limit: say it by a BodyLimit.");
        if (context.Request.ContentLength > limit)
            return (default, Problems.TooLarge("The body", limit));

        // Kestrel's own limit is the same for all paths. The endpoint's limit is the one that counts and that is reported.
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
                // Most bodies have already arrived and cost nothing.
                if (!reading.IsCompletedSuccessfully)
                    reception ??= Begin(context);
                read = await reading;
            }
            catch (IOException broken) when (broken.InnerException is OverflowException)
            {
                // Kestrel's exception for a chunk size that is not a valid number. For all other errors in a body, it throws a
                // BadHttpRequestException.
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
        // The caller, which is one object per token. For requests that need no token, the address that they come from.
        var owner = context.User.Identity is { IsAuthenticated: true } ? context.User : (object?)context.Connection.RemoteIpAddress ?? reader;
        var reception = context.RequestServices.GetRequiredService<Receiving>().Begin(owner, reader.CancelPendingRead);
        context.Response.RegisterForDispose(reception);
        return reception;
    }

    private static ApiProblem Refuse(HttpContext context, ReceptionFault fault)
    {
        // The rest of the body would have to be read, and there is no time or room for that.
        context.Response.Headers.Connection = "close";
        return fault switch
        {
            ReceptionFault.TooSlow => Problems.InvalidRequest("The body arrived too slowly.") with { Status = StatusCodes.Status408RequestTimeout },
            ReceptionFault.OwnerFull => Problems.TooMuchUnderWay(),
            _ => Problems.Overloaded(),
        };
    }

    /// <returns>Why a body is not accepted as JSON; null if it is.</returns>
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
