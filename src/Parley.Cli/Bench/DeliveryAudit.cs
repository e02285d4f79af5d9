using System.Collections.Concurrent;

namespace Parley.Cli.Bench;

/// <summary>What became of every message: the books that <c>--verify</c> keeps and closes. Safe for use by many at once.</summary>
internal sealed class DeliveryAudit
{
    private readonly ConcurrentDictionary<string, Trail> _trails = new(StringComparer.Ordinal);
    private long _repeated;
    private long _altered;
    private long _recounted;
    private long _wrong;

    /// <summary>The server confirmed it.</summary>
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

    /// <summary>It came; and is acknowledged with it.</summary>
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

    /// <summary>At the end of a run what is stored was read and compared with what was confirmed.</summary>
    /// <param name="things">How many tasks or entries of the memory there should be.</param>
    /// <param name="wrong">How many of them were missing, too many, or another than was confirmed.</param>
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

/// <summary>The books, closed.</summary>
/// <param name="Lost">Confirmed and never delivered.</param>
/// <param name="Unconfirmed">Delivered without a confirmation to the sender.</param>
/// <param name="Altered">Delivered with another content than was sent.</param>
/// <param name="Recounted">Tasks and entries of the memory that were read again.</param>
/// <param name="Wrong">Of those, the missing, the surplus, and those in another state than was confirmed.</param>
internal sealed record AuditResult(
    long Confirmed, long Delivered, long Lost, long Unconfirmed, long Altered, long RepeatedAfterAcknowledgement, long Recounted, long Wrong)
{
    public bool IsGood => this is { Lost: 0, Unconfirmed: 0, Altered: 0, RepeatedAfterAcknowledgement: 0, Wrong: 0 };

    public override string ToString() =>
        $"confirmed {Confirmed:N0}, delivered {Delivered:N0}, unconfirmed {Unconfirmed:N0}, altered {Altered:N0}, "
        + $"lost {Lost:N0}, repeated {RepeatedAfterAcknowledgement:N0} after acknowledgement"
        + (Recounted > 0 ? $"; {Recounted:N0} tasks and values recounted, {Wrong:N0} wrong" : "");
}
