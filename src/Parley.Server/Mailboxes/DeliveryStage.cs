using Parley.Protocol;

namespace Parley.Server.Mailboxes;

/// <summary>Counts the deliveries of a message by how far they are.</summary>
internal static class DeliveryStage
{
    /// <param name="state">As it is stored, with the lease of a connection.</param>
    /// <param name="isHeld">By a storm.</param>
    internal static DeliveryTally Add(DeliveryTally? tally, DeliveryState state, bool isHeld, bool isSurfaced, bool isReplied, int count)
    {
        tally ??= new DeliveryTally();
        tally = tally with { Total = tally.Total + count };
        return state switch
        {
            DeliveryState.Dead => tally with { Dead = tally.Dead + count },
            DeliveryState.Expired => tally with { Expired = tally.Expired + count },
            DeliveryState.Withdrawn => tally with { Withdrawn = tally.Withdrawn + count },
            _ when isReplied => tally with { Replied = tally.Replied + count },
            DeliveryState.Acknowledged => tally with { Acknowledged = tally.Acknowledged + count },
            DeliveryState.Leased when isSurfaced => tally with { Surfaced = tally.Surfaced + count },
            DeliveryState.Leased => tally with { HandedOver = tally.HandedOver + count },
            DeliveryState.Scheduled when isHeld => tally with { Held = tally.Held + count },
            _ => tally with { Queued = tally.Queued + count },
        };
    }
}
