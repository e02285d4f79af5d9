using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;

namespace Parley.Server.Storage.Postgres;

/// <summary>Sends other nodes, by <c>NOTIFY</c>, news that may arrive late or not at all. Runs outside the writing lane, so no sender waits for
/// it.</summary>
/// <param name="most">How much news may wait for a slow database. After that, the oldest is dropped.</param>
internal abstract class NewsSender<T>(PostgresDatabase database, BackgroundFaults faults, ILogger logger, int most = 10_000) : LastingWork(faults, logger)
{
    private readonly Channel<T> _told = Channel.CreateBounded<T>(new BoundedChannelOptions(most) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true });

    /// <summary>The name of the channel.</summary>
    protected abstract string ChannelName { get; }

    protected PostgresDatabase Database => database;

    /// <returns>As many texts as needed, in order.</returns>
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
            // The news is live only, so a stopping server sends no more of it.
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
    [LoggerMessage(Level = LogLevel.Debug, Message = "Could not notify other nodes on {Channel}.")]
    internal static partial void NotTold(ILogger logger, Exception fault, string channel);
}
