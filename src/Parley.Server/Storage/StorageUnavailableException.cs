using Parley.Server.Wire;

namespace Parley.Server.Storage;

/// <summary>The store cannot be reached or cannot write: a full or read-only disk, or a database that is down. Nothing was stored. Endpoints answer
/// 503; other code retries after <see cref="RetryAfter"/>.</summary>
internal sealed class StorageUnavailableException : Exception
{
    public StorageUnavailableException()
        : this("The store is unavailable.")
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

    /// <summary>What to tell clients if there is more to say than that the store is unavailable; null otherwise.</summary>
    public string? Told { get; init; }

    /// <summary>How long a client should wait before it tries again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The answer to a caller whose store failed with this fault, or is already closed.</summary>
    internal static ApiProblem ProblemOf(Exception fault) =>
        fault is StorageUnavailableException away ? Problems.StorageUnavailable(away.RetryAfter, away.Told) : Problems.StorageUnavailable();
}
