using Parley.Protocol;

namespace Parley.Server.Mailboxes;

/// <summary>Tells from the last error of a dead letter how its last attempt ended: the server's own errors have fixed words, and all others are a reader's.</summary>
internal static class DeathReasons
{
    /// <summary>The reason of a dead delivery <c>d</c>, as a number.</summary>
    internal const string Sql =
        $"CASE WHEN d.last_error = '{DeliveryReasons.LeaseLapsed}' THEN 1 WHEN d.last_error LIKE '{DeliveryReasons.ReaderLostStart}%' THEN 2 ELSE 0 END";

    internal static DeathReason Of(string? lastError) => lastError switch
    {
        DeliveryReasons.LeaseLapsed => DeathReason.LeaseLapsed,
        not null when lastError.StartsWith(DeliveryReasons.ReaderLostStart, StringComparison.Ordinal) => DeathReason.ReaderLost,
        _ => DeathReason.Rejected,
    };
}
