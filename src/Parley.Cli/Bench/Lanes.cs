using Parley.Client;

namespace Parley.Cli.Bench;

/// <summary>Senders and receivers side by side: sender n writes to mailbox n.</summary>
internal sealed class Lanes(IReadOnlyList<ParleyAgent> senders, IReadOnlyList<ParleyAgent> receivers) : IAsyncDisposable
{
    public int Count => senders.Count;

    public IReadOnlyList<ParleyAgent> Senders => senders;

    public IReadOnlyList<ParleyAgent> Receivers => receivers;

    public static async Task<Lanes> OpenAsync(BenchProject project, int count, CancellationToken cancellationToken)
    {
        var senders = new List<ParleyAgent>(count);
        var receivers = new List<ParleyAgent>(count);
        for (var lane = 1; lane <= count; lane++)
        {
            senders.Add(await project.ConnectAsync($"sender-{lane}", cancellationToken));
            receivers.Add(await project.ConnectAsync($"mailbox-{lane}", cancellationToken));
        }

        return new Lanes(senders, receivers);
    }

    /// <summary>Sends the messages, evenly spread, until the last acknowledgement is confirmed.</summary>
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
    /// <summary>Waits for all, or for the first that fails: the others may wait for ever for what will not come now.</summary>
    public static async Task OrAllAsync(IEnumerable<Task> tasks)
    {
        await foreach (var ended in Task.WhenEach(tasks))
            await ended;
    }
}
