using System.Globalization;
using Parley.Protocol;

namespace Parley.Server.Mailboxes;

/// <summary>What the rules look at in a delivery. Times are Unix milliseconds.</summary>
/// <param name="State">Leased as well where a connection holds it and its store keeps that in memory alone.</param>
/// <param name="Attempt">1 plus the failures counted.</param>
/// <param name="Lease">The number of its newest lease; 0: none.</param>
/// <param name="LeaseUntil">Leased: when that ends unless it is extended.</param>
/// <param name="DueAt">Scheduled: when it is queued.</param>
/// <param name="ExpiresAt">Null: never.</param>
/// <param name="Disconnects">How often the connection of its reader was lost.</param>
internal readonly record struct DeliveryFacts(
    DeliveryState State, int Attempt, long Lease, long? LeaseUntil, long? DueAt, long? ExpiresAt, int Disconnects = 0);

/// <summary>What becomes of a delivery.</summary>
/// <param name="Happens">False: it stays as it is, and the rest says nothing.</param>
internal readonly record struct DeliveryChange(bool Happens, DeliveryFacts Delivery)
{
    internal static DeliveryChange None => default;

    internal DeliveryState State => Delivery.State;

    internal int Attempt => Delivery.Attempt;

    internal static DeliveryChange To(in DeliveryFacts delivery) => new(true, delivery);
}

/// <summary>The answer to a settling, and whether it changes anything.</summary>
internal readonly record struct SettleRuling(Settlement Answer, bool Changes);

/// <summary>A delivery as it begins.</summary>
/// <param name="QueuedAt">Since when it waits, or from when on: its rank and its time to live count from there.</param>
/// <param name="Rank">The lowest goes first.</param>
internal readonly record struct NewDelivery(DeliveryState State, long QueuedAt, long? DueAt, long ExpiresAt, long Rank);

/// <summary>Why deliveries failed or ended, as <c>last_error</c> says it where nobody gave a reason.</summary>
internal static class DeliveryReasons
{
    internal const string Refused = "refused";
    internal const string LeaseLapsed = "the lease lapsed";
    internal const string Deleted = "deleted";
    internal const string Superseded = "superseded";
    internal const string TooOld = "older than the retention period";
    internal const string AgentDeleted = "the agent was deleted";

    internal static string ReaderLost(int disconnects) =>
        string.Create(CultureInfo.InvariantCulture, $"the connection of its reader was lost {disconnects} times");
}
