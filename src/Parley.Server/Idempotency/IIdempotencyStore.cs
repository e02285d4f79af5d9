namespace Parley.Server.Idempotency;

/// <summary>Remembers under which key something was created, and what was answered. Sends keep their keys beside, in the transaction that
/// stores the message.</summary>
internal interface IIdempotencyStore
{
    /// <returns>Null when the key is free: never used, or last used before <paramref name="since"/>.</returns>
    ValueTask<KeptAnswer?> FindAsync(CreationKey key, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Takes a key that is free, for a creation that is still to be answered.</summary>
    /// <param name="since">Keys that were last used then or before are free.</param>
    /// <returns>False when somebody else has it, at whichever server of this store.</returns>
    ValueTask<bool> ReserveAsync(CreationKey key, KeptAnswer pending, DateTimeOffset at, DateTimeOffset since, CancellationToken cancellationToken);

    /// <summary>Keeps an answer in place of one that is too old.</summary>
    ValueTask KeepAsync(CreationKey key, KeptAnswer answer, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Looks at keys, those of sends too, from one on, and forgets the ones that were used before a time.</summary>
    /// <param name="after">Where the step before ended; null: at the beginning.</param>
    /// <param name="max">How many are looked at.</param>
    /// <returns>Where this step ended; null: there are no more.</returns>
    ValueTask<CreationKey?> PruneAsync(DateTimeOffset before, CreationKey? after, int max, CancellationToken cancellationToken);
}

/// <summary>A client's key in its scope: one project, one caller, every endpoint and transport.</summary>
/// <param name="Caller">An agent's <c>aNUMBER</c>, else <c>tTOKEN_ID</c>: the same as a send has.</param>
internal readonly record struct CreationKey(int Project, string Caller, string Key);

/// <param name="Fingerprint">Over what was asked.</param>
/// <param name="Answer">Null: the key belongs to a send.</param>
internal sealed record KeptAnswer(long Fingerprint, byte[]? Answer);
