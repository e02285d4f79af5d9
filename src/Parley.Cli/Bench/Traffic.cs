using Parley.Cli.Bench.Clients;
using Parley.Cli.CommandLine;
using Parley.Client;

namespace Parley.Cli.Bench;

/// <summary>Sends and receives as an agent would.</summary>
internal sealed class Traffic(Corpus corpus, DeliveryAudit? audit)
{
    /// <summary>Sends a number of messages as fast as they are confirmed, and waits for the last confirmation.</summary>
    /// <exception cref="ParleyException">One was refused.</exception>
    public async Task SendAsync(IBenchClient sender, string to, int count, CancellationToken cancellationToken)
    {
        var unconfirmed = new Queue<(Task<string> Answer, string Content)>();
        for (var index = 0; index < count; index++)
        {
            var content = corpus[index];
            unconfirmed.Enqueue((await sender.BeginSendAsync(to, content, cancellationToken), content));
            while (unconfirmed.TryPeek(out var oldest) && oldest.Answer.IsCompleted)
                await ConfirmAsync(unconfirmed.Dequeue());
        }

        foreach (var send in unconfirmed)
            await ConfirmAsync(send);

        async Task ConfirmAsync((Task<string> Answer, string Content) send)
        {
            var id = await send.Answer.WaitAsync(cancellationToken);
            audit?.Confirmed(id, send.Content);
        }
    }

    /// <summary>Receives a number of messages, reads and acknowledges each, and waits until the server has confirmed the last
    /// acknowledgment.</summary>
    public Task ReceiveAsync(IBenchClient receiver, int count, CancellationToken cancellationToken) => receiver.ReceiveAsync(count, Take, cancellationToken);

    private void Take(string messageId, string? content)
    {
        if (content is not { Length: Corpus.ContentBytes })
            throw new CommandException(ExitCode.Failed, $"Message {messageId} arrived with content that nobody sent.");
        audit?.ReceivedAndAcknowledged(messageId, content);
    }
}
