namespace Parley.Server.Webhooks;

/// <summary>How far a webhook is in its project's log, and how its deliveries went.</summary>
/// <param name="Made">The seq of the entry by which the webhook was made: its key in its project.</param>
/// <param name="Seq">Everything up to here is delivered, or was not wanted.</param>
/// <param name="Missed">Entries of the log that retention took before they were looked at.</param>
/// <param name="Failures">In a row.</param>
/// <param name="LastAttemptAt">Unix milliseconds, as all times here.</param>
/// <param name="LastError">Why the last attempt failed; null: it did not.</param>
internal sealed record WebhookPlace(
    long Made, long Seq, long Missed = 0, int Failures = 0, long? LastAttemptAt = null, long? LastSuccessAt = null, int? LastStatus = null,
    long? NextAttemptAt = null, string? LastError = null);

/// <summary>The durable places of webhooks. Where none was stored, the webhook has begun at the entry by which it was made, and nothing was
/// delivered.</summary>
internal interface IWebhookStore
{
    /// <summary>Those of a project.</summary>
    ValueTask<IReadOnlyList<WebhookPlace>> ListAsync(int project, CancellationToken cancellationToken);

    /// <returns>Null where none was stored.</returns>
    ValueTask<WebhookPlace?> FindAsync(int project, long made, CancellationToken cancellationToken);

    /// <summary>Keeps places; each goes forward only, so that a node that has lost the lead without knowing it moves none back, and leaves
    /// what belongs to a newer place as it is. Nothing is kept of a webhook that is gone.</summary>
    ValueTask SaveAsync(int project, IReadOnlyList<WebhookPlace> places, CancellationToken cancellationToken);

    /// <summary>Forgets the failures: the next attempt is the first again, and waits for nothing.</summary>
    ValueTask ResetAsync(int project, long made, CancellationToken cancellationToken);

    /// <summary>The webhook is gone.</summary>
    ValueTask ForgetAsync(int project, long made, CancellationToken cancellationToken);
}
