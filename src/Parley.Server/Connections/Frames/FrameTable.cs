using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Parley.Server.Storage;
using Parley.Server.Wire;

namespace Parley.Server.Connections.Frames;

/// <summary>All frames that clients send, by name, as the concepts declare them.</summary>
internal sealed partial class FrameTable
{
    /// <summary>Frames that are handled at once: so many are some milliseconds of the store's work, which all others wait for.</summary>
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

        // Asked or not: a client that sends what nobody knows wants to hear it.
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

    /// <summary>Whether it is a fault of the handler's, and not of the connection, which then ends, or of the store.</summary>
    private static bool IsUnexpected(Exception fault) =>
        fault is not (OperationCanceledException or ObjectDisposedException or WebSocketException or IOException or StorageUnavailableException);

    /// <summary>A fault in one frame must not take away the others of its connection.</summary>
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
            // One after the other: two writes of one client that does not wait between are done in its order. And a flood of frames, or of
            // answers that nobody reads, waits in the socket and not in memory.
            await connection.Answering;
            await connection.LowAsync(cancellationToken);
            connection.Answering = AnswerAsync(connection, frame, answerer, cancellationToken);
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
            // The connection has gone, and with it whoever wanted to know.
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
