using Parley.Server.Log;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Postgres;

/// <summary>What others must be told about a transaction once it is committed.</summary>
internal sealed class CommitEffects
{
    /// <summary>In the order of each project's log.</summary>
    internal List<LogEntry> Entries { get; } = [];

    /// <summary>Those of the entries that make a delayed message visible to its recipients.</summary>
    internal List<LogEntry> Released { get; } = [];

    internal List<ReceiptNote> Receipts { get; } = [];

    /// <summary>Mailboxes that have work.</summary>
    internal HashSet<int> Woken { get; } = [];

    /// <summary>What was added to mailboxes.</summary>
    internal HashSet<Arrival> Arrived { get; } = [];
}
