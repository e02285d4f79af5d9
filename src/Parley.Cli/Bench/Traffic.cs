using Parley.Cli.CommandLine;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Bench;

/// <summary>Sends and receives through the SDK as an agent would.</summary>
internal sealed class Traffic(Corpus corpus, DeliveryAudit? audit)
{
    /// <summary>Sends so many as fast as confirmations come, and waits for the last of them.</summary>
    /// <exception cref="ParleyException">One was refused.</exception>
    public async Task SendAsync(ParleyAgent sender, string to, int count, CancellationToken cancellationToken)
    {
        string[] address = [to];
        var unconfirmed = new Queue<(Task<SendAnswer> Answer, string Content)>();
        for (var index = 0; index < count; index++)
        {
            var content = corpus[index];
            unconfirmed.Enqueue((await sender.BeginSendAsync(new SendRequest { To = address, Content = content }, cancellationToken), content));
            while (unconfirmed.TryPeek(out var oldest) && oldest.Answer.IsCompleted)
                await ConfirmAsync(unconfirmed.Dequeue());
        }

        foreach (var send in unconfirmed)
            await ConfirmAsync(send);

        async Task ConfirmAsync((Task<SendAnswer> Answer, string Content) send)
        {
            var answer = await send.Answer.WaitAsync(cancellationToken);
            audit?.Confirmed(answer.MessageId, send.Content);
        }
    }

    /// <summary>Receives so many, reads and acknowledges each, and waits until the server has confirmed the last acknowledgement.</summary>
    public async Task ReceiveAsync(ParleyAgent receiver, int count, CancellationToken cancellationToken)
    {
        var received = 0;
        if (count == 0)
            return;
        await foreach (var message in receiver.ReceiveAsync(cancellationToken))
        {
            if (message.Content is not { Length: Corpus.ContentBytes })
                throw new CommandException(ExitCode.Failed, $"The message {message.Message.MessageId} came with a content that nobody sent.");
            audit?.ReceivedAndAcknowledged(message.Message.MessageId, message.Content);
            await message.AckAsync(cancellationToken: cancellationToken);
            if (++received == count)
                break;
        }

        await receiver.FlushAsync(cancellationToken);
    }
}
