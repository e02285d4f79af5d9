using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Incoming messages, and how they are settled.</summary>
public sealed partial class ParleyAgent
{
    // Limited by the window, because the server has no more messages out.
    private readonly Channel<ReceivedMessage> _received = Channel.CreateUnbounded<ReceivedMessage>();
    private readonly Lock _handlersGate = new();
    private volatile MessageHandler[] _handlers = [];
    private volatile bool _receiving;
    private MailboxFilter? _filter;

    /// <inheritdoc cref="ReceiveAsync(MailboxFilter?, CancellationToken)"/>
    public IAsyncEnumerable<ReceivedMessage> ReceiveAsync(CancellationToken cancellationToken = default) => ReceiveAsync(filter: null, cancellationToken);

    /// <summary>Yields the agent's messages as they arrive, until the caller stops or the connection is closed for good. Acknowledge each one
    /// (<see cref="ReceivedMessage.AckAsync"/>): at most <see cref="ParleyOptions.Window"/> are out unacknowledged. Nothing is fetched
    /// before the first call. Several calls share the messages.</summary>
    /// <param name="filter">Which messages this connection takes from now on, as with <see cref="FilterAsync"/>; the rest stay queued. Null does not
    /// change the filter.</param>
    /// <exception cref="ParleyException">The connection was closed permanently; the problem says why.</exception>
    public async IAsyncEnumerable<ReceivedMessage> ReceiveAsync(
        MailboxFilter? filter, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        if (filter is not null)
            await FilterAsync(filter, cancellationToken);
        OpenWindow();
        while (await _received.Reader.WaitToReadAsync(cancellationToken))
        {
            while (_received.Reader.TryRead(out var message))
            {
                if (IsCurrent(message))
                    yield return message;
            }
        }
    }

    /// <summary>Sets which messages this connection takes from its mailbox from now on; null takes everything. The rest stay queued, for other
    /// connections or for later. Messages that were already sent to this connection still arrive.</summary>
    public Task FilterAsync(MailboxFilter? filter, CancellationToken cancellationToken = default)
    {
        _filter = filter;
        return CallAsync(FilterOperation(filter ?? new MailboxFilter()), cancellationToken);
    }

    /// <summary>Processes messages with a handler, one at a time. Each message goes to the first handler whose filter matches; if none matches,
    /// it waits for <see cref="ReceiveAsync(CancellationToken)"/>. A message is acknowledged when its handler finishes and given back if the handler
    /// throws, unless the handler settled it itself.</summary>
    /// <param name="filter">Which messages the handler takes; null takes everything. Unlike with <see cref="FilterAsync"/>, the client decides, not the server.</param>
    /// <returns>Dispose it to remove the handler.</returns>
    public IDisposable OnMessage(MailboxFilter? filter, Func<ReceivedMessage, CancellationToken, Task> handler)
    {
        var added = new MessageHandler(this, filter, handler, _stop.Token);
        lock (_handlersGate)
            _handlers = [.. _handlers, added];
        OpenWindow();
        return added;
    }

    internal bool IsCurrent(ReceivedMessage message) =>
        // The server has requeued messages from earlier connections, and delivers them again on this one.
        (message.Session == _session?.Number || _options.AutoAck) && !_outbox.IsDealtWith(message.Message.MessageId);

    internal void Remove(MessageHandler handler)
    {
        lock (_handlersGate)
            _handlers = [.. _handlers.Where(other => other != handler)];
    }

    internal Task AckAsync(ReceivedMessage message, bool confirm, CancellationToken cancellationToken)
    {
        message.IsSettled = true;
        if (_options.AutoAck)
            return Task.CompletedTask;
        if (!confirm)
        {
            _outbox.Ack(message);
            return Task.CompletedTask;
        }

        message.IsAwaited = true;
        var settled = message.WhenSettled();
        _outbox.Ack(message);
        return ConfirmedAsync(settled, cancellationToken);
    }

    internal Task NackAsync(ReceivedMessage message, TimeSpan? delay, string? reason, CancellationToken cancellationToken)
    {
        message.IsSettled = true;

        // The lease was freed together with its connection, so the message has already been given back.
        return message.Session == _session?.Number
            ? CallAsync(new SettleOperation(FrameEvents.MessageNack, message, delay, reason) { Repeatable = false }, cancellationToken)
            : Task.CompletedTask;
    }

    internal Task ExtendAsync(ReceivedMessage message, TimeSpan lease, CancellationToken cancellationToken) =>
        CallAsync(new SettleOperation(FrameEvents.MessageExtend, message, lease: lease) { Repeatable = false }, cancellationToken);

    internal Task SurfacedAsync(ReceivedMessage message, CancellationToken cancellationToken) =>
        CallAsync(new SettleOperation(FrameEvents.MessageSurfaced, message), cancellationToken);

    private static async Task ConfirmedAsync(Task<Problem?> settled, CancellationToken cancellationToken)
    {
        if (await settled.WaitAsync(cancellationToken) is { } problem)
            throw new ParleyException(problem);
    }

    private void Dispatch(ReceivedMessage message)
    {
        foreach (var handler in _handlers)
        {
            if (handler.TryTake(message))
                return;
        }

        _received.Writer.TryWrite(message);
    }

    private void OpenWindow()
    {
        if (_receiving)
            return;
        _receiving = true;
        _outbox.Ask(WindowOperation());
    }

    private void EndReceiving(ParleyException reason) =>
        _received.Writer.TryComplete(Volatile.Read(ref _disposed) != 0 ? null : reason);

    private async Task EndHandlersAsync()
    {
        foreach (var handler in _handlers)
        {
            handler.Dispose();
            await handler.Finished;
        }
    }

    private Operation<WindowRequest> WindowOperation() =>
        new(FrameEvents.Window, new WindowRequest { Window = _options.Window }, WireJson.Lenient.WindowRequest);

    private static Operation<MailboxFilter> FilterOperation(MailboxFilter filter) =>
        new(FrameEvents.MailboxFilter, filter, WireJson.Lenient.MailboxFilter);
}
