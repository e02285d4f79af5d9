namespace Parley.Server.Storage;

/// <summary>The store can not be read or written now (disk full or read-only). Nothing was changed; the same call may succeed later.</summary>
internal sealed class StorageUnavailableException(Exception reason) : Exception("The store is not available.", reason)
{
    /// <summary>When to try again: long enough for a person's clean-up to show, short enough to resume at once after it.</summary>
    internal TimeSpan RetryAfter { get; } = TimeSpan.FromSeconds(2);
}
