using Parley.Server.Wire;

namespace Parley.Server.Storage;

/// <summary>The store cannot be reached or cannot write: a full disk, a read-only one, a database that is down. Nothing was stored.
/// The edge answers it 503; whoever catches it elsewhere tries again after <see cref="RetryAfter"/>.</summary>
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

    /// <summary>What clients are told where it is more than that the store is away; null: that.</summary>
    public string? Told { get; init; }

    /// <summary>How long a client should wait before it tries again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The answer to whoever wanted something of a store that failed so, or is closed already.</summary>
    internal static ApiProblem ProblemOf(Exception fault) =>
        fault is StorageUnavailableException away ? Problems.StorageUnavailable(away.RetryAfter, away.Told) : Problems.StorageUnavailable();
}
