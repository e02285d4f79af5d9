namespace Parley.Server.ExportImport;

/// <summary>Why data was not moved.</summary>
public enum TransferRefusal
{
    /// <summary>The file or store that was named does not exist.</summary>
    NotFound,

    /// <summary>It cannot be done in the current state: something is in use, in the way, or not empty.</summary>
    Conflict,

    /// <summary>The file is truncated, altered, or of another kind.</summary>
    Damaged,

    /// <summary>The store became unavailable, or its disk is full.</summary>
    StoreFailed,

    /// <summary>Parley does not support this for the store. The message says what to use instead.</summary>
    Unsupported,
}

/// <summary>Data was not moved. The message says why, where, and what to do.</summary>
public sealed class TransferRefusedException(TransferRefusal why, string message, Exception? reason = null) : Exception(message, reason)
{
    public TransferRefusal Why { get; } = why;
}
