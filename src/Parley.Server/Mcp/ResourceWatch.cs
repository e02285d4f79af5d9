using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mcp.Tools;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Mcp;

/// <summary>Tells when something has arrived in an inbox or a thread. A hint, as signals are: whoever is told reads the resource.</summary>
internal sealed class ResourceWatch(ProjectDirectory projects, MailboxSignals signals, MessageAccess access, ILogStore log, Stopping stopping)
{
    /// <summary>Finds what to watch, as the caller of the current request.</summary>
    /// <returns>Null if there is no such resource, or the caller may not read it.</returns>
    internal async ValueTask<WatchedResource?> FindAsync(McpCaller asking, string uri, CancellationToken cancellationToken)
    {
        var caller = asking.Caller;
        if (projects.Find(asking.ProjectId) is not { } project)
            return null;
        if (uri == ServerDeclaration.InboxUri)
        {
            return project.Agents.Find(asking.AgentId) is { } agent && caller.May(Permission.ReadMessages, agent.Id)
                ? new WatchedResource(uri, caller, project, told => WatchInboxAsync(agent.Number, told))
                : null;
        }

        var reader = caller.ReaderIn(project);
        if (McpResources.ThreadOf(uri) is not { } id || !WireNames.IsUuid(id) || await access.FindThreadAsync(project, Guid.Parse(id), reader, cancellationToken) is not { } thread)
            return null;
        return new WatchedResource(uri, caller, project, told => WatchThreadAsync(project, reader, thread, told));
    }

    /// <summary>Runs until it is canceled, the server stops, or the caller may no longer read.</summary>
    internal async Task RunAsync(WatchedResource watched, Func<string, CancellationToken, Task> updated, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping.Token, watched.Caller.Ended, watched.Project.Gone.Token);
        try
        {
            await watched.Watch(new Told(token => updated(watched.Uri, token), ending.Token));
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // Nobody is told any more.
        }
    }

    private async Task WatchInboxAsync(int agent, Told told)
    {
        var ticket = signals.Arm(agent);
        try
        {
            while (true)
            {
                await ticket.Fired.WaitAsync(told.Ending);
                // Armed before the news goes out: what arrives in between is told too.
                ticket.Dispose();
                ticket = signals.Arm(agent);
                await told.Updated(told.Ending);
            }
        }
        finally
        {
            ticket.Dispose();
        }
    }

    private async Task WatchThreadAsync(ProjectState project, Reader? reader, long thread, Told told)
    {
        var feed = new FeedReader(project.Log, log, access, reader, FeedSelections.Thread(thread, StreamFilter.None));
        while (true)
        {
            await feed.WaitAsync(told.Ending);
            if ((await feed.ReadAsync(told.Ending)).Entries.Count > 0)
                await told.Updated(told.Ending);
        }
    }

    /// <param name="Ending">Cancelled when nobody is to be told any more.</param>
    internal sealed record Told(Func<CancellationToken, Task> Updated, CancellationToken Ending);
}

/// <param name="Caller">Who watches.</param>
internal sealed record WatchedResource(string Uri, Caller Caller, ProjectState Project, Func<ResourceWatch.Told, Task> Watch);
