using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Rest;

/// <summary>Adds a problem document to refusals by Kestrel itself, before there is a request: a bad request line, header, or host. Kestrel answers
/// with just the status and no way to add to it. But it raises a diagnostic event before it writes, so its output can be replaced on the
/// connection.</summary>
internal sealed class KestrelRefusals(TimeProvider clock) : IObserver<KeyValuePair<string, object?>>
{
    private const string EventName = "Microsoft.AspNetCore.Server.Kestrel.BadRequest";

    /// <summary>Listens as long as the server's diagnostic listener exists.</summary>
    internal static void ListenTo(DiagnosticListener kestrel, TimeProvider clock) =>
        kestrel.Subscribe(new KestrelRefusals(clock), static name => name == EventName);

    /// <summary>Wraps each connection, after TLS.</summary>
    internal static ConnectionDelegate Replaceable(ConnectionDelegate next) => connection =>
    {
        var output = new ReplaceableOutput(connection.Transport.Output);
        connection.Transport = new Transport(connection.Transport.Input, output);
        connection.Features.Set(output);
        return next(connection);
    };

    public void OnNext(KeyValuePair<string, object?> value)
    {
        // On HTTP/2, many requests share a connection's bytes. And an answer that has started cannot be replaced.
        if (value.Value is IFeatureCollection features
            && features.Get<IHttp2StreamIdFeature>() is null
            && features.Get<IHttpResponseFeature>() is { HasStarted: false }
            && features.Get<IBadRequestExceptionFeature>()?.Error is BadHttpRequestException refused)
        {
            features.Get<ReplaceableOutput>()?.Replace(Answer(refused.StatusCode, HttpMethods.IsHead(features.Get<IHttpRequestFeature>()?.Method ?? "")));
        }
    }

    public void OnCompleted()
    {
    }

    public void OnError(Exception error)
    {
    }

    private byte[] Answer(int status, bool isHead)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes((Problems.InvalidRequest(Reason(status)) with { Status = status }).ToProblem(), WireJson.Strict.Problem);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} {ReasonPhrases.GetReasonPhrase(status)}\r\nContent-Length: {json.Length}\r\nContent-Type: {ApiProblem.ContentType}\r\nConnection: close\r\nDate: {HeaderUtilities.FormatDate(clock.GetUtcNow())}\r\nCache-Control: no-store\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. isHead ? [] : json];
    }

    private static string Reason(int status) => status switch
    {
        StatusCodes.Status408RequestTimeout => "The headers arrived too slowly.",
        StatusCodes.Status414UriTooLong => "The URL is longer than this server allows.",
        StatusCodes.Status431RequestHeaderFieldsTooLarge => "The headers are longer or more numerous than this server allows.",
        StatusCodes.Status505HttpVersionNotsupported => "This server supports HTTP/1.1, and HTTP/2 over TLS.",
        _ => "This is not a valid HTTP request: check the request line and the headers, especially Host.",
    };

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
