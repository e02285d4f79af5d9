using Parley.Protocol;

namespace Parley.Server.Mailboxes;

/// <summary>The stages that a message's deliveries can be at, by the names that a tally has for them.</summary>
internal static class DeliveryStages
{
    internal static readonly string[] Words = ["queued", "handed_over", "surfaced", "acknowledged", "replied", "dead", "expired", "held", "withdrawn"];

    /// <summary>How many deliveries are at a stage.</summary>
    internal static int At(DeliveryTally tally, string stage) => stage switch
    {
        "queued" => tally.Queued,
        "handed_over" => tally.HandedOver,
        "surfaced" => tally.Surfaced,
        "acknowledged" => tally.Acknowledged,
        "replied" => tally.Replied,
        "dead" => tally.Dead,
        "expired" => tally.Expired,
        "held" => tally.Held,
        _ => tally.Withdrawn,
    };
}
