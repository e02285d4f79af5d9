using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;

namespace Parley.Server.Storage.Postgres;

/// <summary>Tells other nodes by <c>NOTIFY</c> what they may hear late or not at all. Beside the writing lane: no sender waits for it.</summary>
/// <param name="most">News that may wait for a slow database; the oldest go.</param>
internal abstract class NewsSender<T>(PostgresDatabase database, BackgroundFaults faults, ILogger logger, int most = 10_000) : LastingWork(faults, logger)
{
    private readonly Channel<T> _told = Channel.CreateBounded<T>(new BoundedChannelOptions(most) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>On which channel.</summary>
    protected abstract string ChannelName { get; }

    protected PostgresDatabase Database => database;

    /// <returns>As many texts as it takes, in order.</returns>
    protected abstract IEnumerable<string> TextsOf(int node, IReadOnlyList<T> news);

    protected void Queue(T news) => _told.Writer.TryWrite(news);

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        var news = new List<T>();
        try
        {
            while (await _told.Reader.WaitToReadAsync(stoppingToken))
            {
                while (news.Count < most && _told.Reader.TryRead(out var one))
                    news.Add(one);
                await SendAsync(news, stoppingToken);
                Succeeded();
                news.Clear();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // It is told live: who stops tells no more.
        }
    }

    private async Task SendAsync(List<T> news, CancellationToken stoppingToken)
    {
        try
        {
            await database.ReadAsync(
                (connection, cancel) => connection.Ask("SELECT pg_notify($1, text) FROM unnest($2) WITH ORDINALITY AS told (text, nth) ORDER BY nth",
                    ChannelName, TextsOf(database.Node, news).ToArray()).RunAsync(cancel),
                stoppingToken);
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            NewsLog.NotTold(Logger, fault, ChannelName);
        }
    }
}

internal static partial class NewsLog
{
    [LoggerMessage(Level = LogLevel.Debug, Message = "Other nodes could not be told on {Channel} now.")]
    internal static partial void NotTold(ILogger logger, Exception fault, string channel);
}
