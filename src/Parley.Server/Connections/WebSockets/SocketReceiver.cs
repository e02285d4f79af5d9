using System.Text.Unicode;
using Parley.Server.Connections.Frames;
using Parley.Server.Limits;
using Parley.Server.Wire;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Reads one socket's frames and passes them to their handlers, one after another.</summary>
internal sealed class SocketReceiver(SocketConnection connection, FrameTable frames, FrameRateLimit allowance, Receiving receiving)
{
    private readonly List<InFrame> _frames = [];

    /// <summary>Why the connection is closed, for the close frame.</summary>
    internal string? Reason { get; private set; }

    /// <returns>The code to close with.</returns>
    /// <exception cref="OperationCanceledException">The connection should end.</exception>
    internal async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        using var messages = new MessageReceiver(connection.Socket, SocketLimits.MessageBytes, receiving, connection.Caller, connection.End);
        while (true)
        {
            var message = await messages.NextAsync(cancellationToken);
            if (message.CloseCode != 0)
            {
                Reason = message.Reason;
                return message.CloseCode;
            }

            if (await HandleAsync(message.Text, cancellationToken) is var end and not 0)
                return end;
        }
    }

    /// <returns>The code to close with; 0 to continue.</returns>
    private async ValueTask<int> HandleAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        _frames.Clear();
        // If only a text in a frame's data is invalid, the answer is an error for that frame.
        var isSound = JsonText.IsSound(message.Span);
        if ((!isSound && !Utf8.IsValid(message.Span)) || !InFrame.TryRead(message, _frames) || (!isSound && _frames.Exists(static frame => !JsonText.IsSoundString(frame.Id))))
        {
            Reason = "Expected {\"event\": ..., \"id\": ..., \"data\": ...} or an array of these.";
            return CloseCodes.BadFrame;
        }

        for (var next = 0; next < _frames.Count; next++)
        {
            if (isSound && frames.RunAt(_frames, next) is > 1 and var count && allowance.TryTake(count))
            {
                await frames.HandleRunAsync(connection, _frames, next, count, cancellationToken);
                next += count - 1;
                continue;
            }

            var frame = _frames[next];
            if (!allowance.TryTake(out var retryAfter))
                connection.Fail(frame, Problems.RateLimited(retryAfter));
            else if (isSound || JsonText.IsSound(frame.Data.Span))
                await frames.HandleAsync(connection, frame, cancellationToken);
            else
                connection.Fail(frame, Problems.InvalidField("data", "contains NUL (\\u0000) or half a surrogate pair"));
        }

        if (allowance.IsFlooding)
        {
            Reason = "The client kept sending more frames than the rate limit allows.";
            return CloseCodes.Flood;
        }

        // Does not accumulate unread answers: the next frame waits until they are read.
        await connection.Outbound.LowAsync(cancellationToken);
        return 0;
    }
}
