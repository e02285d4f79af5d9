using System.Threading.Channels;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>A handler of messages, with the queue of those it took. They are processed one after another.</summary>
internal sealed class MessageHandler : IDisposable
{
    private readonly ParleyAgent _agent;
    private readonly MailboxFilter? _filter;
    private readonly Func<ReceivedMessage, CancellationToken, Task> _handle;
    private readonly CancellationToken _stop;
    private readonly Channel<ReceivedMessage> _queue = Channel.CreateUnbounded<ReceivedMessage>(new UnboundedChannelOptions { SingleReader = true });

    public MessageHandler(
        ParleyAgent agent, MailboxFilter? filter, Func<ReceivedMessage, CancellationToken, Task> handle, CancellationToken stop)
    {
        _agent = agent;
        _filter = filter;
        _handle = handle;
        _stop = stop;
        Finished = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Completes when the handler was removed and has finished what it took.</summary>
    public Task Finished { get; }

    public bool TryTake(ReceivedMessage message) => Passes(_filter, message.Message) && _queue.Writer.TryWrite(message);

    public void Dispose()
    {
        _agent.Remove(this);
        _queue.Writer.TryComplete();
    }

    internal static bool Passes(MailboxFilter? filter, Message message) =>
        filter is null
        || ((filter.Types is not { Count: > 0 } types || types.Contains(message.MessageType))
            && (filter.Priorities is not { Count: > 0 } priorities || priorities.Contains(message.Priority))
            && (filter.Senders is not { Count: > 0 } senders || senders.Contains(message.SenderId)));

    private async Task RunAsync()
    {
        await foreach (var message in _queue.Reader.ReadAllAsync(CancellationToken.None))
        {
            // Once stopped, the handler starts no more messages. The server requeues the rest.
            if (!_stop.IsCancellationRequested && _agent.IsCurrent(message))
                await HandleAsync(message);
        }
    }

    private async Task HandleAsync(ReceivedMessage message)
    {
        Exception? failure = null;
        try
        {
            await _handle(message, _stop);
        }
        catch (Exception thrown)
        {
            failure = thrown;
        }

        try
        {
            if (message.IsSettled)
                return;
            if (failure is null)
                await message.AckAsync();
            else
                await message.NackAsync(reason: $"{failure.GetType().Name}: {failure.Message}", cancellationToken: _stop);
        }
        catch (Exception ended) when (ended is ParleyException or OperationCanceledException)
        {
            // Its lease has lapsed or its connection has ended, so the server has already requeued it, as a failure would.
        }
    }
}
