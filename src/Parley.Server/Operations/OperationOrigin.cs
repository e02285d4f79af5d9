using Microsoft.AspNetCore.Http;
using Parley.Server.Connections.Frames;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Operations;

/// <summary>Where an operation was called from: a request, or a frame of a connection. Contexts are found from it.</summary>
internal sealed class OperationOrigin
{
    private readonly HttpContext? _http;
    private readonly CancellationToken _cancellation;
    private Fingerprint _print;

    private OperationOrigin(HttpContext? http, IFrameConnection? connection, bool isAnswerAwaited, Operation operation, CancellationToken cancellation)
    {
        (_http, Connection, IsAnswerAwaited, Operation) = (http, connection, isAnswerAwaited, operation);
        _cancellation = cancellation;
        IsOncePerKey = operation.OncePerKey != OncePerKey.No && http?.Request.Headers.ContainsKey(IOncePerKey.Header) == true;
        if (!IsOncePerKey)
            return;
        _print.Add(http!.Request.Method);
        _print.Add(http.Request.Path.Value);
    }

    /// <summary>The connection whose frame it was; null for a request.</summary>
    internal IFrameConnection? Connection { get; }

    /// <summary>False for a frame without an id, which gets only problems.</summary>
    internal bool IsAnswerAwaited { get; }

    internal Operation Operation { get; }

    /// <summary>Its turn among the connection's changes; null if it does not wait for others, and others do not wait for it.</summary>
    internal ChangeTurn? Turn { get; set; }

    /// <summary>Cancelled when there is nobody left to answer.</summary>
    internal CancellationToken Cancellation => _http?.RequestAborted ?? _cancellation;

    /// <exception cref="InvalidOperationException">It came by a frame, or is open to anyone.</exception>
    internal Scope Scope => Scope.Of(Http);

    /// <exception cref="InvalidOperationException">The operation is open to anyone, so the caller is unknown.</exception>
    internal Caller Caller => Connection?.Caller ?? Caller.Of(Http);

    /// <exception cref="InvalidOperationException">It came by a frame.</exception>
    internal HttpContext Http => _http ?? throw new InvalidOperationException($"{Operation.Name} came by a frame, which has no request.");

    /// <summary>Whether it must be done only once for its key.</summary>
    internal bool IsOncePerKey { get; }

    internal static OperationOrigin Of(HttpContext http, Operation operation) => new(http, null, isAnswerAwaited: true, operation, default);

    internal static OperationOrigin Of(IFrameConnection connection, in InFrame frame, Operation operation, CancellationToken cancellation) =>
        new(null, connection, frame.Id.Length > 0, operation, cancellation);

    /// <summary>A value of the path.</summary>
    /// <exception cref="InvalidOperationException">The path has none of this name.</exception>
    internal string PathValue(string name) => Http.Request.RouteValues.TryGetValue(name, out var value) && value is string text
        ? text
        : throw new InvalidOperationException($"The path of {Operation.Name} has no {{{name}}}.");

    /// <summary>Records the parsed body, ignoring whitespace and the order of fields.</summary>
    internal void Print<T>(T? body)
        where T : class
    {
        if (IsOncePerKey)
            _print.AddValue(body is null ? [] : JsonInput.ToJson(body));
    }

    /// <summary>Records the version in <c>If-Match</c>, if there is one.</summary>
    internal void Print(long version)
    {
        if (IsOncePerKey)
            _print.Add(version);
    }

    /// <summary>A fingerprint of the method, path, body, and <c>If-Match</c>, if it is <see cref="IsOncePerKey"/>.</summary>
    internal long Fingerprint => _print.Value;
}
