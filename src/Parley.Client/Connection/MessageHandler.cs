using System.Threading.Channels;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>A handler of messages with the queue of those it took, dealt with one after another.</summary>
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

    /// <summary>Done when it was taken off and has dealt with what it took.</summary>
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
            // Once stopped nothing is begun; what was not is queued again on the server.
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
            // Its lease has lapsed or its connection is over: the server has queued it again, which is what a failure asks for too.
        }
    }
}
