namespace Parley.Server.Connections.Frames;

/// <summary>Handles one frame. Returns once the frame is accepted in its order; a later answer goes out by itself.</summary>
internal delegate ValueTask FrameHandler<in TConnection>(TConnection connection, InFrame frame, CancellationToken cancellationToken)
    where TConnection : IFrameConnection;

/// <summary>Handles one frame with one answer. Later sends and acknowledgments do not wait for it; the next frame of this sort does.</summary>
/// <returns>Null if the client wants no answer.</returns>
internal delegate ValueTask<OutFrame?> FrameAnswerer(IFrameConnection connection, InFrame frame, CancellationToken cancellationToken);

/// <summary>Handles consecutive frames of one sort in one message, with the same result as one by one, but at a lower cost.</summary>
/// <param name="frames">Those from <paramref name="first"/> on, <paramref name="count"/> of them; valid until this returns.</param>
internal delegate ValueTask FrameRunHandler<in TConnection>(
    TConnection connection, IReadOnlyList<InFrame> frames, int first, int count, CancellationToken cancellationToken)
    where TConnection : IFrameConnection;

/// <summary>A frame that clients send: its meaning, and one of two kinds of handlers.</summary>
internal sealed record FrameFace(FrameMeaning Meaning)
{
    internal FrameHandler<IFrameConnection>? Handler { get; init; }

    internal FrameAnswerer? Answerer { get; init; }

    /// <summary>Whether the answerer takes its turn among the connection's <see cref="ChangesUnderWay"/> before its first await, so that the next
    /// frame does not have to wait for its answer.</summary>
    internal bool TakesTurns { get; init; }

    /// <summary>Set if handling many at once costs less.</summary>
    internal FrameRunHandler<IFrameConnection>? RunHandler { get; init; }

    /// <typeparam name="TConnection">What the handler needs of the connection; every socket's connection is one.</typeparam>
    internal static FrameFace Of<TConnection>(FrameMeaning meaning, FrameHandler<TConnection> handler, FrameRunHandler<TConnection>? runHandler)
        where TConnection : class, IFrameConnection => new(meaning)
        {
            Handler = (connection, frame, cancellationToken) => handler((TConnection)connection, frame, cancellationToken),
            RunHandler = runHandler is null
                ? null
                : (connection, frames, first, count, cancellationToken) => runHandler((TConnection)connection, frames, first, count, cancellationToken),
        };
}
