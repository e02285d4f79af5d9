using Parley.Cli.Bench.Clients;

namespace Parley.Cli.Bench;

/// <summary>Pairs of senders and receivers: sender n writes to mailbox n.</summary>
internal sealed class Lanes(IReadOnlyList<IBenchClient> senders, IReadOnlyList<IBenchClient> receivers) : IAsyncDisposable
{
    public int Count => senders.Count;

    public IReadOnlyList<IBenchClient> Senders => senders;

    public IReadOnlyList<IBenchClient> Receivers => receivers;

    public static async Task<Lanes> OpenAsync(BenchProject project, ClientKind client, int count, CancellationToken cancellationToken)
    {
        var senders = new List<IBenchClient>(count);
        var receivers = new List<IBenchClient>(count);
        for (var lane = 1; lane <= count; lane++)
        {
            senders.Add(await project.OpenAsync($"sender-{lane}", client, cancellationToken));
            receivers.Add(await project.OpenAsync($"mailbox-{lane}", client, cancellationToken));
        }

        return new Lanes(senders, receivers);
    }

    /// <summary>Sends the messages, evenly distributed, and waits until the last acknowledgment is confirmed.</summary>
    public Task RunAsync(Traffic traffic, int messages, CancellationToken cancellationToken)
    {
        var ends = new List<Task>();
        for (var lane = 0; lane < Count; lane++)
        {
            var (sender, receiver) = (senders[lane], receivers[lane]);
            var share = (messages / Count) + (lane < messages % Count ? 1 : 0);
            ends.Add(Task.Run(() => traffic.ReceiveAsync(receiver, share, cancellationToken), cancellationToken));
            ends.Add(Task.Run(() => traffic.SendAsync(sender, receiver.AgentId, share, cancellationToken), cancellationToken));
        }

        return FirstFailure.OrAllAsync(ends);
    }

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(senders.Concat(receivers).Select(agent => agent.DisposeAsync().AsTask()));
}

internal static class FirstFailure
{
    /// <summary>Waits for all tasks, or for the first that fails, because the others might then wait forever.</summary>
    public static async Task OrAllAsync(IEnumerable<Task> tasks)
    {
        await foreach (var ended in Task.WhenEach(tasks))
            await ended;
    }
}
