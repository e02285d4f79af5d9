using System.Globalization;
using Parley.Protocol;

namespace Parley.Server.Mailboxes;

/// <summary>What the rules need to know about a delivery. Times are Unix milliseconds.</summary>
/// <param name="State">Also leased if a connection holds it and its store keeps that only in memory.</param>
/// <param name="Attempt">1 plus the number of counted failures.</param>
/// <param name="Lease">The number of its newest lease; 0 if there is none.</param>
/// <param name="LeaseUntil">If leased: when the lease ends, unless it is extended.</param>
/// <param name="DueAt">If scheduled: when it is queued. If held, it is scheduled for a <see cref="StormEnd"/>.</param>
/// <param name="ExpiresAt">Null: never.</param>
/// <param name="Disconnects">How often its reader's connection was lost.</param>
internal readonly record struct DeliveryFacts(
    DeliveryState State, int Attempt, long Lease, long? LeaseUntil, long? DueAt, long? ExpiresAt, int Disconnects = 0);

/// <summary>How a delivery changes.</summary>
/// <param name="Happens">False: it does not change, and the other values mean nothing.</param>
internal readonly record struct DeliveryChange(bool Happens, DeliveryFacts Delivery)
{
    internal static DeliveryChange None => default;

    internal DeliveryState State => Delivery.State;

    internal int Attempt => Delivery.Attempt;

    internal static DeliveryChange To(in DeliveryFacts delivery) => new(true, delivery);
}

/// <summary>The answer to a settlement, and whether it changes anything.</summary>
internal readonly record struct SettleRuling(Settlement Answer, bool Changes);

/// <summary>The initial state of a delivery.</summary>
/// <param name="QueuedAt">When it was or will be queued: its rank and its time to live count from there.</param>
/// <param name="Rank">The lowest rank is delivered first.</param>
internal readonly record struct NewDelivery(DeliveryState State, long QueuedAt, long? DueAt, long ExpiresAt, long Rank);

/// <summary>Why deliveries failed or ended: the text of <c>last_error</c> if nobody gave a reason.</summary>
internal static class DeliveryReasons
{
    internal const string Refused = "refused";
    internal const string LeaseLapsed = "the lease lapsed";
    internal const string Deleted = "deleted";
    internal const string Superseded = "superseded";
    internal const string TooOld = "older than the retention period";
    internal const string AgentDeleted = "the agent was deleted";
    internal const string QuestionEnded = "its question has ended";
    internal const string StormCancelled = "its storm was cancelled";

    internal const string ReaderLostStart = "the connection of its reader was lost ";

    internal static string ReaderLost(int disconnects) => string.Create(CultureInfo.InvariantCulture, $"{ReaderLostStart}{disconnects} times");
}
