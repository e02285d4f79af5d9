using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Bench.Clients;

/// <summary>An agent that uses the SDK.</summary>
internal sealed class SdkClient(ParleyAgent agent) : IBenchClient
{
    public string AgentId => agent.AgentId;

    public async ValueTask<Task<string>> BeginSendAsync(string to, string content, CancellationToken cancellationToken) =>
        IdAsync(await agent.BeginSendAsync(new SendRequest { To = [to], Content = content }, cancellationToken), cancellationToken);

    public async Task ReceiveAsync(int count, Action<string, string?> taken, CancellationToken cancellationToken)
    {
        var received = 0;
        if (count == 0)
            return;
        await foreach (var message in agent.ReceiveAsync(cancellationToken))
        {
            taken(message.Message.MessageId, message.Content);
            await message.AckAsync(cancellationToken: cancellationToken);
            if (++received == count)
                break;
        }

        await agent.FlushAsync(cancellationToken);
    }

    public ValueTask DisposeAsync() => agent.DisposeAsync();

    private static async Task<string> IdAsync(Task<SendAnswer> answer, CancellationToken cancellationToken) =>
        (await answer.WaitAsync(cancellationToken)).MessageId;
}
