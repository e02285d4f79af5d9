using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Parley.Protocol;
using Parley.Server.Connections.Frames;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Operations;

/// <summary>The answer of an operation: a noun, nothing, or a problem. REST and frames each write it in their own way.</summary>
internal abstract class Answer
{
    /// <summary>Success, without data.</summary>
    internal static Answer Done { get; } = new JsonAnswer(StatusCodes.Status204NoContent, [], null);

    /// <summary>The handler has written its answer itself, as a stream does.</summary>
    internal static Answer Written { get; } = new WrittenAnswer();

    /// <summary>Null if it was not refused.</summary>
    internal virtual ApiProblem? Problem => null;

    public static implicit operator Answer(ApiProblem problem) => new RefusalAnswer(problem);

    /// <param name="version">The version for the <c>ETag</c>; null for none.</param>
    internal static Answer Ok<T>(T noun, long? version = null)
        where T : class => new JsonAnswer(StatusCodes.Status200OK, Bytes(noun), null) { Version = version };

    /// <param name="path">The path of the new item, below the base path; null for none.</param>
    /// <param name="version">As for <see cref="Ok{T}"/>.</param>
    internal static Answer Created<T>(T noun, string? path = null, long? version = null)
        where T : class => new JsonAnswer(StatusCodes.Status201Created, Bytes(noun), path is null ? null : ApiPath.Base + path) { Version = version };

    /// <summary>A noun that is JSON already.</summary>
    internal static Answer OkJson(byte[] noun, long? version = null) => new JsonAnswer(StatusCodes.Status200OK, noun, null) { Version = version };

    /// <inheritdoc cref="OkJson"/>
    /// <param name="path">The path of the new item, below the base path.</param>
    internal static Answer CreatedJson(byte[] noun, string path, long? version = null) =>
        new JsonAnswer(StatusCodes.Status201Created, noun, ApiPath.Base + path) { Version = version };

    /// <summary>It is stored, and what was asked for happens later.</summary>
    /// <inheritdoc cref="OkJson"/>
    internal static Answer AcceptedJson(byte[] noun, long? version = null) => new JsonAnswer(StatusCodes.Status202Accepted, noun, null) { Version = version };

    internal static Answer Json<T>(int status, T noun)
        where T : class => new JsonAnswer(status, Bytes(noun), null);

    /// <summary>JSON that is written directly: stored JSON is sent as it is.</summary>
    /// <param name="unwritten">Called if it could not be written because the client has gone.</param>
    internal static Answer Raw(Action<FrameBuffer> write, Func<Task>? unwritten = null) => new RawAnswer(StatusCodes.Status200OK, write, null, unwritten);

    /// <param name="path">The path of the new item, below the base path.</param>
    internal static Answer RawCreated(Action<FrameBuffer> write, string path) => new RawAnswer(StatusCodes.Status201Created, write, ApiPath.Base + path, null);

    internal abstract Task WriteAsync(HttpContext http);

    /// <summary>The answer to a frame.</summary>
    /// <param name="id">The client's id; empty if it wants only problems.</param>
    /// <returns>Null if there is nothing to send.</returns>
    internal abstract OutFrame? ToFrame(byte[] id);

    private static byte[] Bytes<T>(T noun)
        where T : class => JsonSerializer.SerializeToUtf8Bytes(noun, TypeOf<T>.Info);

    private sealed class RefusalAnswer(ApiProblem problem) : Answer
    {
        internal override ApiProblem? Problem => problem;

        internal override Task WriteAsync(HttpContext http) => problem.ExecuteAsync(http);

        internal override OutFrame? ToFrame(byte[] id) => DataFrame.Problem(id, problem);
    }

    private sealed class RawAnswer(int status, Action<FrameBuffer> write, string? location, Func<Task>? unwritten) : Answer
    {
        internal override async Task WriteAsync(HttpContext http)
        {
            var isWritten = false;
            try
            {
                using var buffer = new FrameBuffer();
                write(buffer);
                JsonAnswer.Begin(http.Response, status, location, buffer.Length);
                isWritten = !(await http.Response.BodyWriter.WriteAsync(buffer.From(0), http.RequestAborted)).IsCompleted;
            }
            finally
            {
                if (unwritten is not null && (!isWritten || http.RequestAborted.IsCancellationRequested))
                    await unwritten();
            }
        }

        internal override OutFrame? ToFrame(byte[] id)
        {
            if (id.Length == 0)
                return null;
            using var buffer = new FrameBuffer();
            write(buffer);
            return new DataFrame("ok"u8.ToArray(), id, buffer.From(0).ToArray());
        }
    }

    private sealed class WrittenAnswer : Answer
    {
        internal override Task WriteAsync(HttpContext http) => Task.CompletedTask;

        internal override OutFrame? ToFrame(byte[] id) => null;
    }

    /// <summary>The type information of a noun of the wire, looked up once.</summary>
    private static class TypeOf<T>
    {
        internal static readonly JsonTypeInfo<T> Info = (JsonTypeInfo<T>)(WireJson.Lenient.GetTypeInfo(typeof(T))
            ?? throw new InvalidOperationException($"{typeof(T).Name} is not a noun of the wire: it is missing in {nameof(ParleyJson)}."));
    }
}

/// <summary>An answer as bytes, so that it can be stored and repeated.</summary>
/// <param name="body">JSON; empty for none.</param>
internal sealed class JsonAnswer(int status, byte[] body, string? location) : Answer
{
    internal int Status => status;

    internal byte[] Body => body;

    internal string? Location => location;

    /// <summary>The version; null for none.</summary>
    internal long? Version { get; init; }

    internal override Task WriteAsync(HttpContext http)
    {
        if (Version is { } version)
            http.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
        if (body.Length > 0)
        {
            Begin(http.Response, status, location, body.Length);
            return http.Response.Body.WriteAsync(body, http.RequestAborted).AsTask();
        }

        http.Response.StatusCode = status;
        if (location is not null)
            http.Response.Headers.Location = location;
        return Task.CompletedTask;
    }

    internal override OutFrame? ToFrame(byte[] id) =>
        id.Length == 0 ? null : body.Length == 0 ? DataFrame.Ok(id) : new DataFrame("ok"u8.ToArray(), id, body);

    internal static void Begin(HttpResponse response, int status, string? location, int length)
    {
        response.StatusCode = status;
        response.ContentType = "application/json; charset=utf-8";
        response.ContentLength = length;
        if (location is not null)
            response.Headers.Location = location;
    }
}
