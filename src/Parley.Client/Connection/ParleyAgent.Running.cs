using System.Net.WebSockets;
using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Opens one connection after another, and serves each.</summary>
public sealed partial class ParleyAgent
{
    private const int BadFrame = 4400;
    private const int Unauthorized = 4401;
    private const int Forbidden = 4403;
    private const int NotFound = 4404;
    private const int TooLarge = 4413;

    private readonly Backoff _backoff = Backoff.Reconnect();
    private StatusRequest? _status;

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var session = _session!;
                _serving = ServeAsync(session);
                Become(ConnectionState.Connected, reason: null);
                var broke = await _serving;
                if (_stop.IsCancellationRequested)
                    return;
                var lost = new ParleyUnreachableException(_connector.Address, $"the connection broke ({broke.Message.TrimEnd('.')}).", broke);
                _outbox.Break(lost, RefusedWhatWasSent(session));
                if (Ending(session) is { } end)
                {
                    Close(end);
                    return;
                }

                Become(ConnectionState.Connecting, lost);
                await ReopenAsync();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Disposed. DisposeAsync ends whatever is waiting.
        }
        catch (ParleyException refused)
        {
            Close(refused);
        }
        catch (Exception bug)
        {
            // Whatever the reason, nobody may wait forever for a connection that nobody maintains.
            Close(new ParleyException(
                new Problem { Code = ErrorCodes.InternalError, Title = "The connection failed.", Detail = $"The client failed: {bug.Message}" }, bug));
        }
    }

    /// <summary>Opens a connection and reads until its welcome.</summary>
    private async Task OpenAsync(CancellationToken cancellationToken)
    {
        var window = _receiving && _filter is null ? _options.Window : 0;
        var socket = await _connector.ConnectAsync(_session?.Welcome?.SessionId, window, cancellationToken);
        var before = _session;
        var session = new Session(socket, (before?.Number ?? 0) + 1, _outbox);
        using var patience = new CancellationTokenSource(WelcomePatience, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        _reading = session;
        try
        {
            while (session.Welcome is null)
            {
                if (!await session.ReadOneAsync(_buffer, this, either.Token))
                    throw Ending(session) ?? Unreachable("it closed the connection before its welcome.", inner: null);
            }
        }
        catch (Exception broken)
        {
            session.Dispose();
            if (broken is ParleyException || !IsBreak(broken) || cancellationToken.IsCancellationRequested)
                throw;
            throw Unreachable("it did not welcome the connection.", broken);
        }

        _session = session;
        before?.Dispose();
        _backoff.Reset();
        _outbox.Resume(session.Number, [.. FirstOperations(window)]);
    }

    private async Task ReopenAsync()
    {
        while (true)
        {
            var pause = _backoff.Next();
            try
            {
                await Task.Delay(pause, _options.TimeProvider, _stop.Token);
                await OpenAsync(_stop.Token);
                return;
            }
            catch (ParleyException passing) when (passing.Retryable)
            {
                // The server is not up yet, or busy. The next try comes later.
            }
        }
    }

    /// <summary>What a new connection must send before anything else.</summary>
    private IEnumerable<Operation> FirstOperations(int window)
    {
        if (_status is { } status)
            yield return StatusOperation(status);
        if (_filter is { } filter)
            yield return FilterOperation(filter);
        if (_receiving && window != _options.Window)
            yield return WindowOperation();
        foreach (var subscription in Subscriptions())
            yield return new SubscribeOperation(this, subscription);
    }

    /// <summary>Reads and writes until either ends, and returns the reason.</summary>
    private async Task<Exception> ServeAsync(Session session)
    {
        var reading = ReadAsync(session);
        var writing = WriteAsync(session);
        await Task.WhenAny(reading, writing);
        session.EndWriting();
        session.Abort();
        return await reading ?? await writing ?? new WebSocketException(
            session.Closed is { } closed ? $"closed by the server: {closed.Code} {closed.Description}" : "it ended");
    }

    private async Task<Exception?> ReadAsync(Session session)
    {
        try
        {
            while (await session.ReadOneAsync(_buffer, this, _stop.Token))
            {
            }

            return null;
        }
        catch (Exception broken) when (IsBreak(broken))
        {
            return broken;
        }
    }

    private async Task<Exception?> WriteAsync(Session session)
    {
        try
        {
            await session.WriteAsync(_stop.Token);
            return null;
        }
        catch (Exception broken) when (IsBreak(broken))
        {
            return broken;
        }
    }

    /// <summary>Whether the socket broke, or the bytes are not what a Parley server sends.</summary>
    private static bool IsBreak(Exception exception) => exception
        is WebSocketException or OperationCanceledException or ObjectDisposedException or IOException
        or JsonException or InvalidOperationException or FormatException or ParleyException;

    private ParleyUnreachableException Unreachable(string reason, Exception? inner) => new(_connector.Address, reason, inner);

    /// <summary>Why the connection has ended permanently; null if it should reconnect.</summary>
    private ParleyException? Ending(Session session) => session.Closed?.Code switch
    {
        Unauthorized => Closed(session, ErrorCodes.Unauthorized, 401, "the token is no longer valid"),
        Forbidden => Closed(session, ErrorCodes.Forbidden, 403, "the token may not open this mailbox"),
        NotFound => Closed(session, ErrorCodes.NotFound, 404, "the agent no longer exists"),
        _ => null,
    };

    /// <summary>Set if the server closed the connection because of a frame: sending that again would break the next connection too.</summary>
    private ParleyException? RefusedWhatWasSent(Session session) => session.Closed?.Code switch
    {
        BadFrame => Closed(session, ErrorCodes.InvalidRequest, 400, "it could not read what was sent"),
        TooLarge => Closed(session, ErrorCodes.TooLarge, 413, "what was sent is too large"),
        _ => null,
    };

    private ParleyException Closed(Session session, string code, int status, string why) => new(session.Complaint is { } complaint
        ? complaint with { Status = status }
        : new Problem
        {
            Code = code,
            Status = status,
            Title = "The server closed the connection.",
            Detail = $"The server at {_connector.Address} closed the connection of '{AgentId}': {session.Closed?.Description ?? why}.",
        });

    private static Operation<StatusRequest> StatusOperation(StatusRequest status) =>
        new(FrameEvents.AgentStatus, status, WireJson.Lenient.StatusRequest);
}
