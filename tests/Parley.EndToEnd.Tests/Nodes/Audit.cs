using System.Diagnostics;
using Parley.Client;
using Parley.EndToEnd.Tests.Durability;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Nodes;

/// <summary>Holds what the clients of a load were told against what every node says.</summary>
/// <param name="start">The seq at which the load began.</param>
internal sealed class Audit(Fleet fleet, Account account, long start) : IAsyncDisposable
{
    /// <summary>From the end of a fault until everything that was confirmed before it has come and is settled: service is back within 10 s,
    /// and what a dead node held comes again 5 s after its last sign of life. A minute all the same: a busy machine takes a multiple of that.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ParleyApi _api = fleet.Open();

    /// <summary>Everything that was confirmed by now is in the log of every node, once, at its place and without a gap before it, and is
    /// delivered and settled; nothing came again that was settled before.</summary>
    internal async Task VerifyAsync(string when, CancellationToken cancellationToken)
    {
        var confirmed = account.ConfirmedNow();
        var marker = await AnswerAsync(_api, cancellationToken);
        var isSettled = await Until.TrueAsync(() => confirmed.All(message => account.IsAcknowledged(message.Key)), Patience, cancellationToken);
        List<string> faults = [.. account.Faults];
        if (!isSettled)
        {
            var stuck = confirmed.Where(message => !account.IsAcknowledged(message.Key)).ToList();
            faults.Add($"{stuck.Count} of {confirmed.Length} confirmed messages were not acknowledged within {Patience.TotalSeconds} s.");
            foreach (var (id, message) in stuck.Take(5))
                faults.Add($"seq {message.Seq} is now {await StateAsync(id, cancellationToken)}");
        }

        // The whole log, over every node, each from the beginning.
        foreach (var node in Enumerable.Range(0, fleet.Nodes.Count))
        {
            await using var own = fleet.Open(node);
            var log = new LogFollower(own, start);
            faults.AddRange((await log.ReadToAsync(marker.Seq, cancellationToken)).Select(fault => $"Node {node}: {fault}"));
            faults.AddRange(log.Compare(confirmed).Select(fault => $"Node {node}: {fault}"));
        }

        if (faults.Count > 0)
            Assert.Fail($"{when}:\n{string.Join('\n', faults.Take(20))}\n{string.Join("\n\n", fleet.Nodes.Select(node => node.Words))}");
    }

    /// <summary>Nothing waits and nobody holds anything.</summary>
    internal async Task VerifyEmptyAsync(CancellationToken cancellationToken)
    {
        foreach (var id in new[] { "receiver", "rest-receiver" })
        {
            var mailbox = (await _api.Agents.GetAsync(id, cancellationToken)).Mailbox;
            Assert.Equal((id, 0, 0, 0), (id, mailbox.Queued, mailbox.InFlight, mailbox.Dead));
        }
    }

    /// <summary>Completes when each node has confirmed a message.</summary>
    internal Task AnswerEverywhereAsync(CancellationToken cancellationToken) => Task.WhenAll(Enumerable.Range(0, fleet.Nodes.Count).Select(async node =>
    {
        await using var own = fleet.Open(node);
        await AnswerAsync(own, cancellationToken);
    }));

    private async Task<SendAnswer> AnswerAsync(ParleyApi api, CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await api.Messages.SendAsync(
                    new SendRequest { To = ["sender"], Content = account.NextContent(), MessageType = "marker", SenderId = "receiver" }, cancellationToken);
            }
            catch (ParleyException passing) when (passing.Retryable && waited.Elapsed < Patience)
            {
                await Until.NextAttemptAsync(cancellationToken);
            }
        }
    }

    private async Task<string> StateAsync(string messageId, CancellationToken cancellationToken)
    {
        try
        {
            return $"{Assert.Single((await _api.Messages.TraceAsync(messageId, cancellationToken)).Deliveries)}";
        }
        catch (ParleyException lost) when (lost.Code == ErrorCodes.NotFound)
        {
            return "lost";
        }
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();
}
