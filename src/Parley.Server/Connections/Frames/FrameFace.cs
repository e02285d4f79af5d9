namespace Parley.Server.Connections.Frames;

/// <summary>Handles one frame. Returns once the frame is accepted in its order; a later answer goes out by itself.</summary>
internal delegate ValueTask FrameHandler<in TConnection>(TConnection connection, InFrame frame, CancellationToken cancellationToken)
    where TConnection : IFrameConnection;

/// <summary>Handles one frame by one answer. Sends, acknowledgements and the like behind it do not wait; the next frame of this sort does.</summary>
/// <returns>Null when the client wants to hear nothing.</returns>
internal delegate ValueTask<OutFrame?> FrameAnswerer(IFrameConnection connection, InFrame frame, CancellationToken cancellationToken);

/// <summary>A frame that clients send: what it means, and what is done about it by one of the two.</summary>
internal sealed record FrameFace(FrameMeaning Meaning)
{
    internal FrameHandler<IFrameConnection>? Handler { get; init; }

    internal FrameAnswerer? Answerer { get; init; }

    /// <typeparam name="TConnection">What the handler needs of the connection; every socket's connection is one.</typeparam>
    internal static FrameFace Of<TConnection>(FrameMeaning meaning, FrameHandler<TConnection> handler)
        where TConnection : class, IFrameConnection => new(meaning)
        {
            Handler = (connection, frame, cancellationToken) => handler((TConnection)connection, frame, cancellationToken),
        };
}
