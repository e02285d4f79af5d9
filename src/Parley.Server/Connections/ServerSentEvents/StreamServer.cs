using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.History;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Storage;
using Parley.Server.Wire;

namespace Parley.Server.Connections.ServerSentEvents;

/// <summary>Serves one stream from its first place to its end.</summary>
internal sealed class StreamServer(
    ILogStore log, MessageAccess access, EntityKinds kinds, EventCatalog events, AgentDirectory agents, TimeProvider clock, Stopping stopping, ConnectionDrain drain, TimeSpan heartbeat)
{
    private const int MostUnflushed = 64 * 1024;

    /// <summary>The entry of an id given as text; null if it is not an id.</summary>
    internal async ValueTask<LogEntry?> EntryAsync(ProjectState project, string id, CancellationToken cancellationToken) =>
        WireNames.IsUuid(id) ? await access.FindEntryAsync(project, Guid.Parse(id), cancellationToken) : null;

    internal ValueTask<long?> EndOfAsync(ProjectState project, long execution, CancellationToken cancellationToken) =>
        log.CompletionAsync(project.Number, execution, cancellationToken);

    internal async Task<Answer> ServeAsync(
        HttpContext context, ProjectState project, Reader? reader, FeedSelection selection, StreamQuery query, StreamShape shape)
    {
        if (stopping.IsGoing)
            return Problems.Stopping();
        if (!TryPlace(context, project, query, shape, out var after, out var bad))
            return bad!;
        // An EventSource reconnects even to a stream that has ended; 204 stops it.
        if (shape.EndsAt is { } end && after is { } place && place.Epoch == project.Log.Epoch && place.Seq >= end)
            return Answer.Done;

        var caller = Caller.Of(context);
        using var stay = drain.Begin();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stay.Ending, caller.Ended, project.Gone.Token);
        var feed = new FeedReader(project.Log, log, access, reader, selection);
        var gap = after is { } from ? await feed.StartAsync(from, ending.Token) : null;
        Begin(context);
        if (HeadRequests.IsHead(context))
            return Answer.Written;
        var stream = new EventStream(context.Response.BodyWriter, project, kinds, events, shape);
        // An agent is online while its own stream is open, whatever the stream shows.
        var agent = caller.AgentId is { } id ? project.Agents.Find(id) : null;
        try
        {
            if (agent is not null)
                await agents.ConnectedAsync(project, agent, taker: null, CancellationToken.None);
            stream.Begin(feed.Cursor);
            if (gap is { } resumed)
                stream.Gap(after!.Value, resumed);
            await PumpAsync(context, project, feed, stream, caller, ending.Token);
        }
        catch (OperationCanceledException)
        {
            // The reader has gone, should reconnect elsewhere, or may no longer read, which it is told.
            if (caller.Ended.IsCancellationRequested && !context.RequestAborted.IsCancellationRequested)
                await EndAsync(stream, Problems.TokenEnded(), context.RequestAborted);
        }
        catch (StorageUnavailableException)
        {
            await EndAsync(stream, Problems.StorageUnavailable() with { Detail = "The store is unavailable; reconnect with your last place." }, context.RequestAborted);
        }
        finally
        {
            if (agent is not null)
                await agents.DisconnectedAsync(project, agent, taker: null);
        }

        return Answer.Written;
    }

    private static async Task EndAsync(EventStream stream, ApiProblem problem, CancellationToken cancellationToken)
    {
        try
        {
            stream.Error(problem.Code, problem.Detail);
            await stream.FlushAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Nobody reads it.
        }
    }

    private async Task PumpAsync(
        HttpContext context, ProjectState project, FeedReader feed, EventStream stream, Caller caller, CancellationToken cancellationToken)
    {
        await stream.FlushAsync(cancellationToken);
        while (!stream.HasEnded)
        {
            var before = feed.Cursor;
            var batch = await feed.ReadAsync(cancellationToken);
            // Checked directly, because waiters learn about it a moment later.
            caller.Ended.ThrowIfCancellationRequested();
            if (batch.Gap is { } gap)
                stream.Gap(project.Log.Place(gap.After), gap.ResumedAt);
            foreach (var entry in batch.Entries)
            {
                stream.Write(entry);
                // Avoids a second copy of a page of large entries in memory.
                if (stream.Unflushed > MostUnflushed)
                    await FlushAsync(stream, context, cancellationToken);
            }

            if (batch.Entries.Count > 0 || batch.Gap is not null)
                await FlushAsync(stream, context, cancellationToken);
            if (feed.Cursor != before || stream.HasEnded)
                continue;
            try
            {
                await feed.WaitAsync(cancellationToken).WaitAsync(heartbeat, clock, cancellationToken);
            }
            catch (TimeoutException)
            {
                // Keeps up the place of a reader whose filter matches nothing, and detects a peer that has gone.
                stream.Place(feed.Cursor);
                await FlushAsync(stream, context, cancellationToken);
            }
        }
    }

    /// <summary>A reader that takes nothing for this long is considered gone. It can resume from its place, and costs no memory until then.</summary>
    private async ValueTask FlushAsync(EventStream stream, HttpContext context, CancellationToken cancellationToken)
    {
        var flush = stream.FlushAsync(cancellationToken);
        if (flush.IsCompletedSuccessfully)
            return;
        try
        {
            await flush.AsTask().WaitAsync(2 * heartbeat, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            // What was started cannot be finished either.
            context.Abort();
            throw new OperationCanceledException();
        }
    }

    private static bool TryPlace(HttpContext context, ProjectState project, StreamQuery query, StreamShape shape, out LogPosition? after, out ApiProblem? problem)
    {
        (after, problem) = (null, null);
        var last = context.Request.Headers["Last-Event-ID"];
        var text = last is [{ Length: > 0 } header, ..] ? header : query.After;
        if (text is null)
        {
            after = shape.FromStart ? project.Log.Place(0) : null;
            return true;
        }

        if (LogPosition.TryParse(text, project.Log.Epoch, out var place))
        {
            after = place;
            return true;
        }

        problem = Problems.InvalidField(last.Count > 0 ? "Last-Event-ID" : "after", "must be a place such as 1769090212-1042, or a seq");
        return false;
    }

    private static void Begin(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        // Buffering proxies would delay live events.
        context.Response.Headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }
}
