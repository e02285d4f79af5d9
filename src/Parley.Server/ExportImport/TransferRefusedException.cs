namespace Parley.Server.ExportImport;

/// <summary>Why data are not moved.</summary>
public enum TransferRefusal
{
    /// <summary>What was named is not there.</summary>
    NotFound,

    /// <summary>It cannot be done as things stand: something is in use, in the way, or not empty.</summary>
    Conflict,

    /// <summary>The file is cut off, altered, or none of this kind.</summary>
    Damaged,

    /// <summary>The store went away, or its disk is full.</summary>
    StoreFailed,

    /// <summary>Parley has no such thing for this store; the message says what to use.</summary>
    Unsupported,
}

/// <summary>Data were not moved; the message says why, where, and what to do.</summary>
public sealed class TransferRefusedException(TransferRefusal why, string message, Exception? reason = null) : Exception(message, reason)
{
    public TransferRefusal Why { get; } = why;
}
