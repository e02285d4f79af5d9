using System.Collections.Concurrent;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary>What clients were told: the server must have it on its disk, whatever happened to it since.</summary>
internal sealed class Account
{
    private readonly ConcurrentDictionary<string, (string Content, long Seq)> _confirmed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, bool> _acknowledged = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _faults = new();
    private int _sends;

    /// <summary>Message ids with their contents and places.</summary>
    internal IReadOnlyDictionary<string, (string Content, long Seq)> Confirmed => _confirmed;

    /// <summary>What was confirmed at one moment, while more is: LINQ would count first and copy then.</summary>
    internal KeyValuePair<string, (string Content, long Seq)>[] ConfirmedNow() => _confirmed.ToArray();

    internal int AcknowledgedCount => _acknowledged.Count;

    /// <summary>What should never have been seen.</summary>
    internal IReadOnlyCollection<string> Faults => _faults;

    /// <summary>A text that no other message has.</summary>
    internal string NextContent() => $"message {Interlocked.Increment(ref _sends)}";

    internal void Confirm(string messageId, string content, long seq)
    {
        if (!_confirmed.TryAdd(messageId, (content, seq)))
            _faults.Enqueue($"Two sends were confirmed with the id {messageId}.");
    }

    internal void Acknowledge(string messageId) => _acknowledged[messageId] = true;

    /// <summary>To be called with everything that is delivered, before it is dealt with.</summary>
    internal void Receive(string messageId)
    {
        if (_acknowledged.ContainsKey(messageId))
            _faults.Enqueue($"The message {messageId} came again after its acknowledgement was confirmed.");
    }

    internal void Fault(string what) => _faults.Enqueue(what);

    internal bool IsAcknowledged(string messageId) => _acknowledged.ContainsKey(messageId);
}
