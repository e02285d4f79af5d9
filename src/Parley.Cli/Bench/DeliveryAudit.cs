using System.Collections.Concurrent;

namespace Parley.Cli.Bench;

/// <summary>Tracks every message for <c>--verify</c>. Thread-safe.</summary>
internal sealed class DeliveryAudit
{
    private readonly ConcurrentDictionary<string, Trail> _trails = new(StringComparer.Ordinal);
    private long _repeated;
    private long _altered;
    private long _recounted;
    private long _wrong;

    /// <summary>The server confirmed a message.</summary>
    public void Confirmed(string messageId, string content)
    {
        var trail = _trails.GetOrAdd(messageId, static _ => new Trail());
        lock (trail)
        {
            trail.Sent = content;
            if (trail.Received is { } received && received != content)
                Interlocked.Increment(ref _altered);
        }
    }

    /// <summary>A message was received, and is acknowledged.</summary>
    public void ReceivedAndAcknowledged(string messageId, string? content)
    {
        var trail = _trails.GetOrAdd(messageId, static _ => new Trail());
        lock (trail)
        {
            if (trail.Received is not null)
                Interlocked.Increment(ref _repeated);
            trail.Received = content ?? "";
            if (trail.Sent is { } sent && sent != content)
                Interlocked.Increment(ref _altered);
        }
    }

    /// <summary>At the end of a run, everything stored was read and compared with what was confirmed.</summary>
    /// <param name="things">How many tasks or memory entries there should be.</param>
    /// <param name="wrong">How many of them were missing, unexpected, or different from what was confirmed.</param>
    public void Recounted(long things, long wrong)
    {
        Interlocked.Add(ref _recounted, things);
        Interlocked.Add(ref _wrong, wrong);
    }

    public AuditResult Close() => new(
        Confirmed: _trails.Values.LongCount(trail => trail.Sent is not null),
        Delivered: _trails.Values.LongCount(trail => trail.Received is not null),
        Lost: _trails.Values.LongCount(trail => trail is { Sent: not null, Received: null }),
        Unconfirmed: _trails.Values.LongCount(trail => trail.Sent is null),
        Altered: Interlocked.Read(ref _altered),
        RepeatedAfterAcknowledgement: Interlocked.Read(ref _repeated),
        Recounted: Interlocked.Read(ref _recounted),
        Wrong: Interlocked.Read(ref _wrong));

    private sealed class Trail
    {
        public string? Sent { get; set; }
        public string? Received { get; set; }
    }
}

/// <summary>The result of the audit.</summary>
/// <param name="Lost">Confirmed but never delivered.</param>
/// <param name="Unconfirmed">Delivered without a confirmation to the sender.</param>
/// <param name="Altered">Delivered with a different text than was sent.</param>
/// <param name="Recounted">Tasks and memory entries that were read again.</param>
/// <param name="Wrong">Those of them that are missing, unexpected, or in a different state than was confirmed.</param>
internal sealed record AuditResult(
    long Confirmed, long Delivered, long Lost, long Unconfirmed, long Altered, long RepeatedAfterAcknowledgement, long Recounted, long Wrong)
{
    public bool IsGood => this is { Lost: 0, Unconfirmed: 0, Altered: 0, RepeatedAfterAcknowledgement: 0, Wrong: 0 };

    public override string ToString() =>
        $"confirmed {Confirmed:N0}, delivered {Delivered:N0}, unconfirmed {Unconfirmed:N0}, altered {Altered:N0}, "
        + $"lost {Lost:N0}, repeated {RepeatedAfterAcknowledgement:N0} after acknowledgement"
        + (Recounted > 0 ? $"; {Recounted:N0} tasks and values recounted, {Wrong:N0} wrong" : "");
}
