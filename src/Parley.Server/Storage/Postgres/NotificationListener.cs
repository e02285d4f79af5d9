using Microsoft.Extensions.Logging;
using Parley.Server.Coordination;
using Parley.Server.Mailboxes;
using Parley.Server.Nodes;
using Parley.Server.Projects;

namespace Parley.Server.Storage.Postgres;

/// <summary>Listens for other nodes' notifications, on its own connection.</summary>
internal sealed partial class NotificationListener(
    PostgresDatabase database, PostgresMessageStore messages, IHandover handover, INodeEvents news, PostgresReceiptChannel receipts, ProjectDirectory projects, BackgroundFaults faults, TimeProvider clock, ILogger<NotificationListener> logger)
    : LastingWork(faults, logger), INodeSignals
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public bool HasPeers
    {
        set => database.Writer.HasPeers = value;
    }

    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        var heads = await database.ReadAsync(
            static async (connection, cancel) =>
                await connection.Ask("SELECT number, next_seq - 1 FROM projects").ListAsync(static row => (Project: row.GetInt32(0), Head: row.GetInt64(1)), cancel),
            cancellationToken);
        await receipts.CatchUpAsync(cancellationToken);
        foreach (var (project, head) in heads)
        {
            if (projects.HeadOf(project) < head)
                database.Writer.Hear(project, head);
        }
    }

    protected override string Name => nameof(NotificationListener);

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception fault) when (PostgresFault.IsAway(fault))
            {
                // Meanwhile, the heartbeat notices each second what is missed here.
                Log.LineDown(Logger, fault.Message);
                await Task.Delay(Pause, clock, stoppingToken).ContinueWith(static _ => { }, TaskScheduler.Default);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        await using var connection = await database.OpenLineAsync(stoppingToken);
        connection.Notification += (_, notification) => Hear(notification.Channel, notification.Payload);
        await connection.Ask(string.Join(';', PostgresWake.Channels.Select(channel => $"LISTEN {channel}"))).RunAsync(stoppingToken);
        news.Missed();
        await receipts.CatchUpAsync(stoppingToken);
        messages.WakeBacklogs();
        Succeeded();
        while (true)
            await connection.WaitAsync(stoppingToken);
    }

    private void Hear(string channel, string text)
    {
        switch (channel)
        {
            case PostgresWake.DirectoryChannel:
                news.DirectoriesChanged();
                break;
            case PostgresWake.PresenceChannel:
                if (PostgresWake.PresenceOf(text) is { } presence && presence.Node != database.Node)
                    news.PresenceChanged(presence);
                break;
            case PostgresWake.ReceiptChannel:
                if (ReceiptText.Read(text, database.Node) is { Count: > 0 } reached)
                    news.ReceiptsReached(reached);
                break;
            case PostgresWake.TaskChannel:
                if (TaskText.Read(text, database.Node) is { Count: > 0 } tasks)
                    news.TasksChanged(tasks);
                break;
            case PostgresWake.SessionChannel:
                if (PostgresWake.SessionOf(text) is not { } question)
                    news.Answered(text);
                else if (question.Node != database.Node)
                    news.SessionEnded(question);
                break;
            case PostgresWake.WatchChannel:
                _ = HearWatchesAsync();
                break;
            default:
                if (PostgresWake.Read(text) is { } signal && signal.Node != database.Node)
                    Hear(signal);
                break;
        }
    }

    private void Hear(in PostgresWake.Signal signal)
    {
        foreach (var (project, head) in signal.Heads)
            database.Writer.Hear(project, head);
        if (signal.Woken is null)
            messages.WakeBacklogs();
        foreach (var agent in signal.Woken ?? [])
            handover.Wake(agent);
    }

    private async Task HearWatchesAsync()
    {
        try
        {
            await receipts.CatchUpAsync(CancellationToken.None);
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            Log.WatchesUnknown(Logger, fault);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Notifications from other nodes are not arriving ({Reason}). Until they do, this node looks once per second for what others wrote.")]
        internal static partial void LineDown(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Debug, Message = "Could not read which receipts other nodes wait for; will try again at the next heartbeat.")]
        internal static partial void WatchesUnknown(ILogger logger, Exception fault);
    }
}
