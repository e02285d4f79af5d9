using Parley.Server.Security;

namespace Parley.Server.Connections.Frames;

/// <summary>A connection as the handler of a frame sees it. What a concept needs beyond this it declares as an interface of its own, which
/// the socket's connection implements.</summary>
internal interface IFrameConnection
{
    /// <summary>Whose token opened it.</summary>
    Caller Caller { get; }

    /// <summary>False for an observer, who only holds feeds.</summary>
    bool Takes { get; }

    /// <summary>Cancelled when the server wants it to end; its goodbye can still be said.</summary>
    CancellationToken Ending { get; }

    /// <summary>Cancelled when the connection ends for any reason.</summary>
    CancellationToken Closing { get; }

    /// <summary>The newest answer that is being made; completed when it is there. It never fails.</summary>
    Task Answering { get; set; }

    /// <summary>The answers that wait for the store.</summary>
    AnswersUnderWay Answers { get; }

    /// <summary>Sends a frame once the socket takes it; never waits.</summary>
    void Add(OutFrame frame);

    /// <summary>Completes when little waits to be sent.</summary>
    ValueTask LowAsync(CancellationToken cancellationToken);
}
