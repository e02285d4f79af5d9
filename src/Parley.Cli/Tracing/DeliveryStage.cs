using Parley.Protocol;

namespace Parley.Cli.Tracing;

/// <summary>How certain a stage of a delivery is.</summary>
internal enum Evidence
{
    /// <summary>It happened, at a known time.</summary>
    Seen,

    /// <summary>It cannot have happened yet.</summary>
    NotYet,

    /// <summary>It may have happened, but nobody reported it.</summary>
    NotKnown,
}

/// <summary>One stage of a delivery, described without claiming more than the server knows.</summary>
internal sealed record DeliveryStage(string Name, Evidence Evidence, DateTimeOffset? At, string Meaning)
{
    /// <summary>The stages, in the order in which a delivery passes through them.</summary>
    public static IEnumerable<DeliveryStage> Of(Delivery delivery)
    {
        yield return delivery.QueuedAt is { } queued
            ? Seen("queued", queued, "on disk, in its mailbox")
            : NotYet("queued", delivery.State is DeliveryState.Held ? "held: an operator must release it" : "its time has not come");

        yield return Delivered(delivery);
        yield return Surfaced(delivery);

        yield return delivery.AcknowledgedAt is { } acknowledged
            ? Seen("acknowledged", acknowledged, "the agent acknowledged it")
            : NotYet("acknowledged", IsOver(delivery) ? "and it will not be" : "the agent has not acknowledged it");

        yield return delivery.RepliedAt is { } replied
            ? Seen("replied", replied, "the agent sent a reply")
            : NotYet("replied", "no reply");
    }

    /// <summary>One line, in Spectre's markup, with the time since the message was sent.</summary>
    public string ToMarkup(DateTimeOffset sent)
    {
        var (mark, colour) = Evidence switch
        {
            Evidence.Seen => ("✓", "green"),
            Evidence.NotYet => ("·", "grey"),
            _ => ("?", "yellow"),
        };
        var when = At is { } time ? $"{time.ToLocalTime():HH:mm:ss.fff} {Since(time - sent),-9}" : new string(' ', 22);
        return $"[{colour}]{mark}[/] {Name,-13}{when} [grey]{Meaning}[/]";
    }

    private static DeliveryStage Delivered(Delivery delivery) => delivery switch
    {
        { DeliveredAt: { } delivered } => Seen("delivered", delivered, "handed over to a connection or a claim of the agent"),
        { AcknowledgedAt: not null } => NotYet("delivered", "never delivered: acknowledged by a client that had only read it"),
        _ => NotYet("delivered", IsOver(delivery) ? "never handed over" : "still waiting"),
    };

    private static DeliveryStage Surfaced(Delivery delivery) => delivery switch
    {
        { SurfacedAt: { } surfaced } => Seen("surfaced", surfaced, MeaningOf(delivery.Evidence)),
        { DeliveredAt: null, AcknowledgedAt: null } => NotYet("surfaced", "not before it is delivered"),
        _ => new DeliveryStage("surfaced", Evidence.NotKnown, At: null, "not known: its harness does not say whether the model saw it"),
    };

    private static string MeaningOf(SurfaceEvidence? evidence) => evidence switch
    {
        SurfaceEvidence.NextEvent => "next_event: its harness went on as only an answer of the model lets it, and the model was asked with the message",
        SurfaceEvidence.Transcript => "transcript: the harness's record of the session has it",
        SurfaceEvidence.Screen => "screen: the terminal showed it",
        SurfaceEvidence.Tool => "tool: the model fetched it with a tool",
        _ => "report: the agent says that its model was shown it",
    };

    private static DeliveryStage Seen(string name, DateTimeOffset at, string meaning) => new(name, Evidence.Seen, at, meaning);

    private static DeliveryStage NotYet(string name, string meaning) => new(name, Evidence.NotYet, At: null, meaning);

    private static bool IsOver(Delivery delivery) => delivery.State is DeliveryState.Dead or DeliveryState.Expired or DeliveryState.Withdrawn;

    private static string Since(TimeSpan age) => age switch
    {
        { TotalMilliseconds: < 1 } => "+0 ms",
        { TotalSeconds: < 10 } => $"+{age.TotalMilliseconds:0} ms",
        { TotalMinutes: < 10 } => $"+{age.TotalSeconds:0} s",
        _ => $"+{age.TotalMinutes:0} min",
    };
}
