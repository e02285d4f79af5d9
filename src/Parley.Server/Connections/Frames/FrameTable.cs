using Parley.Server.Wire;

namespace Parley.Server.Connections.Frames;

/// <summary>Handles one frame. Returns once the frame is accepted in its order; a later answer goes out by itself.</summary>
internal delegate ValueTask FrameHandler<in TConnection>(TConnection connection, InFrame frame, CancellationToken cancellationToken)
    where TConnection : IFrameConnection;

/// <summary>A concept's frames.</summary>
internal interface IFrames
{
    void Map(FrameTable table);
}

/// <summary>All frames that clients send, by name; each concept maps its own.</summary>
internal sealed class FrameTable
{
    private readonly Dictionary<string, FrameHandler<IFrameConnection>> _handlers = new(StringComparer.Ordinal);

    public FrameTable(IEnumerable<IFrames> concepts)
    {
        foreach (var concept in concepts)
            concept.Map(this);
    }

    internal IReadOnlyCollection<string> Names => _handlers.Keys;

    /// <typeparam name="TConnection">What the handler needs of the connection; every socket's connection is one.</typeparam>
    internal void Map<TConnection>(string name, FrameHandler<TConnection> handler)
        where TConnection : class, IFrameConnection =>
        _handlers.Add(name, (connection, frame, cancellationToken) => handler((TConnection)connection, frame, cancellationToken));

    internal ValueTask HandleAsync(IFrameConnection connection, in InFrame frame, CancellationToken cancellationToken)
    {
        if (_handlers.TryGetValue(frame.Event, out var handler))
            return handler(connection, frame, cancellationToken);
        // Asked or not: a client that sends what nobody knows wants to hear it.
        connection.Add(DataFrame.Problem(frame.Id, Problems.UnknownEvent(frame.Event)));
        return ValueTask.CompletedTask;
    }
}

/// <summary>The answers that nearly every handler gives.</summary>
internal static class FrameAnswers
{
    /// <summary>Answers a frame that asked for an answer.</summary>
    internal static void Ok(this IFrameConnection connection, in InFrame frame)
    {
        if (frame.Id.Length > 0)
            connection.Add(DataFrame.Ok(frame.Id));
    }

    internal static void Ok<T>(this IFrameConnection connection, in InFrame frame, T data, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        if (frame.Id.Length > 0)
            connection.Add(DataFrame.Of("ok"u8, frame.Id, data, type));
    }

    /// <summary>Tells a problem, asked or not: a failure is never swallowed.</summary>
    internal static void Fail(this IFrameConnection connection, in InFrame frame, ApiProblem problem) =>
        connection.Add(DataFrame.Problem(frame.Id, problem));

    /// <summary>Reads a frame's data strictly, and answers it when it is bad.</summary>
    internal static bool TryRead<T>(this IFrameConnection connection, in InFrame frame, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? value)
        where T : class
    {
        if (JsonInput.TryRead(frame.Data.IsEmpty ? "{}"u8 : frame.Data.Span, out value, out var problem))
            return true;
        connection.Fail(frame, problem);
        return false;
    }
}
