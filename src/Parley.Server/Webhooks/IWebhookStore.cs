namespace Parley.Server.Webhooks;

/// <summary>How far a webhook has read its project's log, and the results of its deliveries.</summary>
/// <param name="Made">The seq of the entry that created the webhook: its key in its project.</param>
/// <param name="Seq">Everything up to here was delivered or did not match.</param>
/// <param name="Missed">How many log entries retention removed before they were read.</param>
/// <param name="Failures">Consecutive failures.</param>
/// <param name="LastAttemptAt">Unix milliseconds, like all times here.</param>
/// <param name="LastError">Why the last attempt failed; null if it did not.</param>
internal sealed record WebhookPlace(
    long Made, long Seq, long Missed = 0, int Failures = 0, long? LastAttemptAt = null, long? LastSuccessAt = null, int? LastStatus = null,
    long? NextAttemptAt = null, string? LastError = null);

/// <summary>The durable places of webhooks. If none is stored, the webhook starts at the entry that created it, and nothing has been
/// delivered.</summary>
internal interface IWebhookStore
{
    /// <summary>The places of a project's webhooks.</summary>
    ValueTask<IReadOnlyList<WebhookPlace>> ListAsync(int project, CancellationToken cancellationToken);

    /// <returns>Null if none is stored.</returns>
    ValueTask<WebhookPlace?> FindAsync(int project, long made, CancellationToken cancellationToken);

    /// <summary>Stores places. Each only moves forward, so a node that is no longer the leader but does not know it yet cannot move one back, or
    /// overwrite what belongs to a newer place. Does nothing for a webhook that was deleted.</summary>
    ValueTask SaveAsync(int project, IReadOnlyList<WebhookPlace> places, CancellationToken cancellationToken);

    /// <summary>Resets the failures: the next attempt counts as the first and is made at once.</summary>
    ValueTask ResetAsync(int project, long made, CancellationToken cancellationToken);

    /// <summary>Deletes the place of a deleted webhook.</summary>
    ValueTask ForgetAsync(int project, long made, CancellationToken cancellationToken);
}
