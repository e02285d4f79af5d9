using Parley.Server.Security;

namespace Parley.Server.Connections.Frames;

/// <summary>A connection as frame handlers see it. If a concept needs more, it declares an interface that the socket's connection
/// implements.</summary>
internal interface IFrameConnection
{
    /// <summary>The caller whose token opened it.</summary>
    Caller Caller { get; }

    /// <summary>False for an observer, which only follows feeds.</summary>
    bool Takes { get; }

    /// <summary>Cancelled when the server wants it to end; a close frame can still be sent.</summary>
    CancellationToken Ending { get; }

    /// <summary>Cancelled when the connection ends for any reason.</summary>
    CancellationToken Closing { get; }

    /// <summary>The newest pending answer; completes when the answer is ready, and never fails.</summary>
    Task Answering { get; set; }

    /// <summary>The changes that run at the same time, so that they share commits.</summary>
    ChangesUnderWay Changes { get; }

    /// <summary>The answers that are waiting for the store.</summary>
    AnswersUnderWay Answers { get; }

    /// <summary>Queues a frame to be sent; never waits.</summary>
    void Add(OutFrame frame);

    /// <summary>Completes when only a little is waiting to be sent.</summary>
    ValueTask LowAsync(CancellationToken cancellationToken);
}
