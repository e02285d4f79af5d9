namespace Parley.Server.Storage;

/// <summary>The store cannot be reached or cannot write: a full disk, a read-only one, a database that is down. Nothing was stored.
/// The edge answers it 503; whoever catches it elsewhere tries again after <see cref="RetryAfter"/>.</summary>
internal sealed class StorageUnavailableException : Exception
{
    public StorageUnavailableException()
        : this("The store is away.")
    {
    }

    public StorageUnavailableException(string message)
        : base(message)
    {
    }

    public StorageUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>How long a client should wait before it tries again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}
