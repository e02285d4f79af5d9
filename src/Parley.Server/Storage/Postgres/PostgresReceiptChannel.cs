using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;
using Parley.Server.Mailboxes;

namespace Parley.Server.Storage.Postgres;

/// <summary>Sends receipts by <c>NOTIFY</c>, and notes in each node's row which projects are watched there. Runs outside the writing lane, so senders
/// never wait for watchers.</summary>
internal sealed partial class PostgresReceiptChannel(PostgresDatabase database, BackgroundFaults faults, ILogger<PostgresReceiptChannel> logger)
    : NewsSender<ReceiptNote>(database, faults, logger), IReceiptChannel
{
    /// <summary>Includes nodes that are dead but not yet considered gone. One notification too many does no harm.</summary>
    private const string WatchedElsewhere =
        "ARRAY (SELECT DISTINCT unnest(watches) FROM nodes WHERE gone_at IS NULL AND number <> $1)";

    private Func<int[]> _here = static () => [];
    private FrozenSet<int> _elsewhere = [];

    public bool IsWatchedElsewhere(int project) => _elsewhere.Contains(project);

    public void Tell(in ReceiptNote receipt)
    {
        if (IsWatchedElsewhere(receipt.Project))
            Queue(receipt);
    }

    public async ValueTask WatchAsync(Func<int[]> projects, CancellationToken cancellationToken)
    {
        _here = projects;
        try
        {
            await AnnounceAsync($"SELECT pg_notify('{PostgresWake.WatchChannel}', ''), {WatchedElsewhere}", cancellationToken);
        }
        catch (StorageUnavailableException fault)
        {
            // The next heartbeat reports it again.
            Log.NotTold(Logger, fault);
        }
    }

    /// <summary>Announces what is watched here, and reads what is watched elsewhere, because notifications may have been lost in the
    /// meantime.</summary>
    internal ValueTask CatchUpAsync(CancellationToken cancellationToken) => AnnounceAsync($"SELECT NULL, {WatchedElsewhere}", cancellationToken);

    protected override string Name => nameof(PostgresReceiptChannel);

    protected override string ChannelName => PostgresWake.ReceiptChannel;

    protected override IEnumerable<string> TextsOf(int node, IReadOnlyList<ReceiptNote> news) => ReceiptText.Of(node, news);

    private async ValueTask AnnounceAsync(string question, CancellationToken cancellationToken)
    {
        var elsewhere = await Database.ReadAsync(
            async (connection, cancel) =>
            {
                // In one statement, so that what is watched here is visible to everybody who is notified.
                await using var command = connection.Ask(
                    $"WITH me AS (UPDATE nodes SET watches = $2 WHERE number = $1 AND watches <> $2) {question}", Database.Node, _here());
                await using var rows = await command.ExecuteReaderAsync(cancel);
                return await rows.ReadAsync(cancel) ? rows.GetFieldValue<int[]>(1) : [];
            },
            cancellationToken);
        _elsewhere = elsewhere.ToFrozenSet();
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "Could not send receipts to other nodes.")]
        internal static partial void NotTold(ILogger logger, Exception fault);
    }
}
