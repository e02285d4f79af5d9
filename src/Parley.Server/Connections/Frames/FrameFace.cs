namespace Parley.Server.Connections.Frames;

/// <summary>Handles one frame. Returns once the frame is accepted in its order; a later answer goes out by itself.</summary>
internal delegate ValueTask FrameHandler<in TConnection>(TConnection connection, InFrame frame, CancellationToken cancellationToken)
    where TConnection : IFrameConnection;

/// <summary>Handles one frame by one answer. Sends, acknowledgements and the like behind it do not wait; the next frame of this sort does.</summary>
/// <returns>Null when the client wants to hear nothing.</returns>
internal delegate ValueTask<OutFrame?> FrameAnswerer(IFrameConnection connection, InFrame frame, CancellationToken cancellationToken);

/// <summary>Handles frames of one sort that follow each other in one message, as if one after the other, but at a lower cost.</summary>
/// <param name="frames">Those from <paramref name="first"/> on, <paramref name="count"/> of them; valid until this returns.</param>
internal delegate ValueTask FrameRunHandler<in TConnection>(
    TConnection connection, IReadOnlyList<InFrame> frames, int first, int count, CancellationToken cancellationToken)
    where TConnection : IFrameConnection;

/// <summary>A frame that clients send: what it means, and what is done about it by one of the two.</summary>
internal sealed record FrameFace(FrameMeaning Meaning)
{
    internal FrameHandler<IFrameConnection>? Handler { get; init; }

    internal FrameAnswerer? Answerer { get; init; }

    /// <summary>Set where many at once cost less than each by itself.</summary>
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
