using System.Text;
using Microsoft.Extensions.Logging;
using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.Entities;
using Parley.Server.Log;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Sends a connection that asked for it (<c>notify=all</c>) published events, and changes of entities whose kinds have frames for
/// that.</summary>
internal sealed class Notices(ILogStore log, IThreadAccess access, EntityKinds kinds, ILogger<FeedLoop> logger)
{
    /// <summary>Its key among the connection's subscriptions, whose own names are all numbers.</summary>
    private const string Name = "notices";

    private static readonly byte[] EventFrame = Encoding.ASCII.GetBytes(Protocol.FrameEvents.Event);

    /// <summary>Runs from now until the connection ends.</summary>
    internal void Start(SocketConnection connection)
    {
        if (!connection.Options.NotifyAll)
            return;
        var feed = new FeedReader(
            connection.Project.Log, log, access, connection.Caller.ReaderIn(connection.Project), new FeedSelection(LogQuery.All, entry => FrameOf(entry) is not null));
        var loop = new FeedLoop(connection, logger);
        if (connection.Keep(Name, loop))
            loop.Start(() => loop.PullAsync(feed, batch => TellAsync(connection, batch, loop.Dropped)));
    }

    private async ValueTask TellAsync(SocketConnection connection, FeedBatch batch, CancellationToken dropped)
    {
        if (batch.Gap is not null)
        {
            // Notices have no place, and no way to report a gap. The client reconnects and checks what it needs to know.
            connection.Outbound.Goodbye(CloseCodes.TryLater, "Notices were removed from the log before this connection took them.");
            throw new OperationCanceledException("The connection ends.");
        }

        foreach (var entry in batch.Entries)
        {
            await connection.Outbound.LowAsync(dropped);
            connection.Outbound.Add(new DataFrame(FrameOf(entry)!, [], entry.Json));
        }
    }

    private byte[]? FrameOf(LogEntry entry) => entry.Kind == EntryKind.Event ? EventFrame : kinds.Of(entry)?.NoticeOf(entry);
}
