namespace Parley.Server.Idempotency;

/// <summary>Remembers which key something was created with, and the answer. Keys of sends are stored separately, in the transaction that stores the
/// message.</summary>
internal interface IIdempotencyStore
{
    /// <returns>Null if the key is free: never used, or last used before <paramref name="since"/>.</returns>
    ValueTask<KeptAnswer?> FindAsync(CreationKey key, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Reserves a free key for a creation that has not been answered yet.</summary>
    /// <param name="since">Keys that were last used at this time or earlier are free.</param>
    /// <returns>False if somebody else has it, on any server of this store.</returns>
    ValueTask<bool> ReserveAsync(CreationKey key, KeptAnswer pending, DateTimeOffset at, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Stores an answer, replacing one that is too old.</summary>
    ValueTask KeepAsync(CreationKey key, KeptAnswer answer, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Reads keys, including those of sends, and deletes those that were used before a time.</summary>
    /// <param name="after">Where the previous step ended; null to start at the beginning.</param>
    /// <param name="max">How many to read.</param>
    /// <returns>Where this step ended; null if there are no more.</returns>
    ValueTask<CreationKey?> PruneAsync(DateTimeOffset before, CreationKey? after, int max, CancellationToken cancellationToken);
}

/// <summary>A client's key in its scope: one project and one caller, across all endpoints and transports.</summary>
/// <param name="Caller"><c>aNUMBER</c> for an agent, otherwise <c>tTOKEN_ID</c>; the same as for a send.</param>
internal readonly record struct CreationKey(int Project, string Caller, string Key);

/// <param name="Fingerprint">The fingerprint of the request.</param>
/// <param name="Answer">Null if the key belongs to a send.</param>
internal sealed record KeptAnswer(long Fingerprint, byte[]? Answer);
