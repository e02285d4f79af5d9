using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Parley.Server.Storage;
using Parley.Server.Wire;

namespace Parley.Server.Connections.Frames;

/// <summary>All frames that clients send, by name, as the concepts declare them.</summary>
internal sealed partial class FrameTable
{
    /// <summary>The most frames handled at once. This many take the store a few milliseconds, for which all others wait.</summary>
    private const int LongestRun = 256;

    private readonly Dictionary<string, FrameHandler<IFrameConnection>> _handlers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FrameRunHandler<IFrameConnection>> _runHandlers = new(StringComparer.Ordinal);
    private readonly ILogger _logger;

    public FrameTable(IEnumerable<FrameFace> faces, ILogger<FrameTable> logger)
    {
        _logger = logger;
        Faces = [.. faces];
        foreach (var face in Faces)
        {
            _handlers.Add(face.Meaning.Name, face.Handler ?? Answering(face));
            if (face.RunHandler is { } run)
                _runHandlers.Add(face.Meaning.Name, run);
        }
    }

    internal IReadOnlyList<FrameFace> Faces { get; }

    internal ValueTask HandleAsync(IFrameConnection connection, in InFrame frame, CancellationToken cancellationToken)
    {
        if (_handlers.TryGetValue(frame.Event, out var handler))
        {
            try
            {
                var handling = handler(connection, frame, cancellationToken);
                return handling.IsCompletedSuccessfully ? handling : FinishAsync(handling, connection, frame);
            }
            catch (Exception fault) when (IsUnexpected(fault))
            {
                Fail(connection, frame, fault);
                return ValueTask.CompletedTask;
            }
        }

        // Sent even without an id: a client that sends an unknown frame should learn about it.
        connection.Add(DataFrame.Problem(frame.Id, Problems.UnknownEvent(frame.Event)));
        return ValueTask.CompletedTask;
    }

    /// <summary>How many frames from <paramref name="first"/> on can be handled at once; 1: that one alone.</summary>
    internal int RunAt(IReadOnlyList<InFrame> frames, int first)
    {
        var name = frames[first].Event;
        if (!_runHandlers.ContainsKey(name))
            return 1;
        var end = first + 1;
        while (end < frames.Count && end - first < LongestRun && frames[end].Event == name)
            end++;
        return end - first;
    }

    /// <summary>Handles as many frames as <see cref="RunAt"/> says.</summary>
    internal async ValueTask HandleRunAsync(IFrameConnection connection, IReadOnlyList<InFrame> frames, int first, int count, CancellationToken cancellationToken)
    {
        try
        {
            await _runHandlers[frames[first].Event](connection, frames, first, count, cancellationToken);
        }
        catch (Exception fault) when (IsUnexpected(fault))
        {
            for (var i = first; i < first + count; i++)
                Fail(connection, frames[i], fault);
        }
    }

    private async ValueTask FinishAsync(ValueTask handling, IFrameConnection connection, InFrame frame)
    {
        try
        {
            await handling;
        }
        catch (Exception fault) when (IsUnexpected(fault))
        {
            Fail(connection, frame, fault);
        }
    }

    /// <summary>Whether the handler caused it, not the store or the connection (which then ends).</summary>
    private static bool IsUnexpected(Exception fault) =>
        fault is not (OperationCanceledException or ObjectDisposedException or WebSocketException or IOException or StorageUnavailableException);

    /// <summary>A bug in one frame must not affect the other frames of the connection.</summary>
    private void Fail(IFrameConnection connection, in InFrame frame, Exception fault)
    {
        Log.Failed(_logger, fault, frame.Event);
        connection.Add(DataFrame.Problem(frame.Id, Problems.Internal()));
    }

    private FrameHandler<IFrameConnection> Answering(FrameFace face)
    {
        var answerer = face.Answerer ?? throw new InvalidOperationException($"Nothing is done about {face.Meaning.Name}.");
        return async (connection, frame, cancellationToken) =>
        {
            // One at a time or in turns. So two writes by a client that does not wait are made in order, and a flood of frames or unread answers
            // waits in the socket, not in memory.
            await connection.Answering;
            await (face.TakesTurns ? connection.Changes.RoomAsync() : connection.Changes.NoneAsync());
            await connection.LowAsync(cancellationToken);
            var answering = AnswerAsync(connection, frame, answerer, cancellationToken);
            if (face.TakesTurns)
                connection.Changes.Add(answering, frame.Data.Length);
            else
                connection.Answering = answering;
        };
    }

    private async Task AnswerAsync(IFrameConnection connection, InFrame frame, FrameAnswerer answerer, CancellationToken cancellationToken)
    {
        try
        {
            if (await answerer(connection, frame, cancellationToken) is { } answer)
                connection.Add(answer);
        }
        catch (OperationCanceledException)
        {
            // The connection has ended, so nobody waits for the answer.
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            connection.Add(DataFrame.Problem(frame.Id, StorageUnavailableException.ProblemOf(fault)));
        }
        catch (Exception fault)
        {
            Fail(connection, frame, fault);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A frame {Event} failed unexpectedly.")]
        internal static partial void Failed(ILogger logger, Exception fault, string @event);
    }
}
