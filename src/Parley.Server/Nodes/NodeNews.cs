using Microsoft.Extensions.Logging;
using Parley.Server.Agents;
using Parley.Server.Storage;

namespace Parley.Server.Nodes;

/// <summary>Takes what other nodes tell into what is held in memory here.</summary>
internal sealed partial class NodeNews(DirectoryFollower directories, AgentDirectory agents, INodeStore store, ILogger<NodeNews> logger) : INodeNews
{
    public void DirectoriesChanged() => _ = CatchUpAsync();

    public void PresenceChanged(in AgentPresence presence) => agents.Follow(presence.Project, presence.Agent, presence.Node, presence.Note);

    public void Missed() => _ = CatchUpAllAsync();

    private async Task CatchUpAllAsync()
    {
        await CatchUpAsync();
        try
        {
            foreach (var presence in await store.PresenceAsync(CancellationToken.None))
            {
                if (presence.Node != store.Number)
                    PresenceChanged(presence);
            }
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            Log.NotHeard(logger, fault);
        }
    }

    private async Task CatchUpAsync()
    {
        try
        {
            await directories.CatchUpAsync(CancellationToken.None);
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            // The next sign of life looks again.
            Log.NotHeard(logger, fault);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "What other nodes changed could not be read now.")]
        internal static partial void NotHeard(ILogger logger, Exception fault);
    }
}
