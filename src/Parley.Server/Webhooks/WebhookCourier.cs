using System.Globalization;
using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Settings;

namespace Parley.Server.Webhooks;

/// <summary>What all couriers need.</summary>
internal sealed record CourierTools(
    EventSource Events, IWebhookStore Store, WebhookDirectory Webhooks, WebhookSender Sender, ILeadership Leadership, ServerSettings Settings, TimeProvider Clock);

/// <summary>Delivers events for one webhook in its current form: each event that matches, in log order, until the receiver takes it. Its place is
/// stored after the receiver has taken an event, so every event is delivered at least once, no matter when a server stops.</summary>
internal sealed partial class WebhookCourier(Entity<Webhook> webhook, ProjectState project, WebhookScout scout, CourierTools tools, ILogger logger)
{
    /// <summary>How often the place is stored while one delivery follows another, so that not every delivery costs a write.</summary>
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);

    /// <summary>How often the place is stored while no event matches, so that the next start does not have to read all of the log since
    /// then.</summary>
    private static readonly TimeSpan SaveAtRestEvery = TimeSpan.FromMinutes(5);

    private readonly EventTypes _types = new(webhook.Value.Types);
    private readonly long _term = tools.Leadership.Term;
    private WebhookPlace _place = new(webhook.Row.Made, webhook.Row.Made);
    private WebhookPlace? _saved;
    private long _savedAt;

    private bool Leads => tools.Leadership.IsLeader && tools.Leadership.Term == _term;

    /// <summary>Runs until the log shows that the webhook was changed, paused, ended, or deleted, another node becomes the leader, or it is cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        _saved = await tools.Store.FindAsync(project.Number, webhook.Row.Made, cancellationToken);
        _place = _saved ?? _place;
        using var lookout = scout.Add(webhook, _types);
        try
        {
            await DeliverAllAsync(lookout, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            await SaveAsync(CancellationToken.None);
            throw;
        }
    }

    private async Task DeliverAllAsync(WebhookScout.Lookout lookout, CancellationToken cancellationToken)
    {
        var feed = await OpenAsync(_place.Seq, cancellationToken);
        while (Leads)
        {
            var batch = await feed.ReadAsync(cancellationToken);
            if (batch.Gap is { } gap)
                Miss(gap.After, gap.ResumedAt);
            foreach (var entry in batch.Entries)
            {
                // The change applies to everything after it.
                if (WebhookRules.IsChangeOf(webhook, entry))
                {
                    _place = _place with { Seq = entry.Seq - 1 };
                    await SaveAsync(cancellationToken);
                    return;
                }

                if (!await DeliverAsync(entry, cancellationToken))
                    return;
            }

            _place = _place with { Seq = batch.LookedTo };
            if (project.Log.Head > batch.LookedTo)
            {
                await SaveNowAndThenAsync(cancellationToken);
                continue;
            }

            await SaveAsync(cancellationToken);
            if (lookout.TryRest(batch.LookedTo, out var woken))
                feed = await RestAsync(lookout, woken, cancellationToken);
        }
    }

    /// <returns>A reader that starts at what it was woken for.</returns>
    private async Task<FeedReader> RestAsync(WebhookScout.Lookout lookout, Task<long> woken, CancellationToken cancellationToken)
    {
        while (!woken.IsCompleted)
        {
            using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(woken, Task.Delay(SaveAtRestEvery, tools.Clock, awake.Token));
            await awake.CancelAsync();
            _place = _place with { Seq = Math.Max(_place.Seq, lookout.LookedTo) };
            cancellationToken.ThrowIfCancellationRequested();
            if (!woken.IsCompleted && Leads)
                await SaveAsync(cancellationToken);
        }

        _place = _place with { Seq = await woken - 1 };
        return await OpenAsync(_place.Seq, cancellationToken);
    }

    private async Task<FeedReader> OpenAsync(long after, CancellationToken cancellationToken)
    {
        var feed = tools.Events.Reader(project.Log, webhook, _types);
        if (await feed.StartAsync(project.Log.Place(after), cancellationToken) is { } resumed)
            Miss(after, resumed);
        return feed;
    }

    /// <returns>False if nothing more should be delivered.</returns>
    private async Task<bool> DeliverAsync(LogEntry entry, CancellationToken cancellationToken)
    {
        var delivery = tools.Events.Delivery(entry, project.Id);
        while (true)
        {
            if (_place.NextAttemptAt is { } due && due - tools.Clock.GetUtcNow().ToUnixTimeMilliseconds() is > 0 and var wait)
                await Task.Delay(TimeSpan.FromMilliseconds(wait), tools.Clock, cancellationToken);
            if (!await tools.Leadership.LeadsInAsync(_term, cancellationToken))
                return false;
            var attempt = await SaveBesideAsync(tools.Sender.PostAsync(webhook.Value, delivery, _place, cancellationToken).AsTask(), cancellationToken);
            var now = tools.Clock.GetUtcNow().ToUnixTimeMilliseconds();
            _place = _place with { LastAttemptAt = now, LastStatus = attempt.Status, LastError = attempt.Error };
            if (attempt.Error is null)
            {
                _place = _place with { Seq = entry.Seq, Failures = 0, LastSuccessAt = now, NextAttemptAt = null };
                await SaveNowAndThenAsync(cancellationToken);
                return true;
            }

            // If another node is the leader, its attempts count.
            if (!await tools.Leadership.LeadsInAsync(_term, cancellationToken) || !await NoteFailureAsync(entry, attempt, now, cancellationToken))
                return false;
        }
    }

    /// <returns>Whether to try again.</returns>
    private async Task<bool> NoteFailureAsync(LogEntry entry, WebhookAttempt attempt, long now, CancellationToken cancellationToken)
    {
        var failures = _place.Failures + 1;
        var isOver = attempt.IsGone || failures >= tools.Settings.WebhookMaxFailures;
        long? next = isOver ? null : now + (long)WebhookBackoff.After(failures, attempt.RetryAfter).TotalMilliseconds;
        _place = _place with { Seq = entry.Seq - 1, Failures = failures, NextAttemptAt = next };
        await SaveAsync(cancellationToken);
        Log.Failed(logger, webhook.Row.Id, failures, attempt.Error!);
        if (!isOver)
            return true;
        var (status, reason) = attempt.IsGone
            ? (WebhookStatus.Ended, "The receiver answered 410: it wants nothing more.")
            : (WebhookStatus.Paused, string.Create(CultureInfo.InvariantCulture, $"{failures} deliveries in a row failed; the last time, {attempt.Error}."));
        await tools.Webhooks.ChangeAsync(
            project.Number, webhook.Row.Id, sender: 0, present => WebhookRules.Stop(present, webhook.Version, status, reason), cancellationToken);
        Log.Stopped(logger, webhook.Row.Id, status, reason);
        return false;
    }

    private void Miss(long after, long resumedAt)
    {
        _place = _place with { Seq = resumedAt - 1, Missed = _place.Missed + resumedAt - after - 1 };
        Log.Missed(logger, webhook.Row.Id, resumedAt - after - 1);
    }

    /// <summary>Waits for a delivery. If it takes long, stores the place of those before it in the meantime.</summary>
    private async Task<WebhookAttempt> SaveBesideAsync(Task<WebhookAttempt> posting, CancellationToken cancellationToken)
    {
        if (_place != _saved)
        {
            using var posted = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(posting, Task.Delay(SaveEvery, tools.Clock, posted.Token));
            await posted.CancelAsync();
            if (!posting.IsCompleted)
                await SaveAsync(CancellationToken.None);
        }

        return await posting;
    }

    private async Task SaveNowAndThenAsync(CancellationToken cancellationToken)
    {
        if (_saved is null || tools.Clock.GetElapsedTime(_savedAt) >= SaveEvery)
            await SaveAsync(cancellationToken);
    }

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        if (_place == _saved)
            return;
        var place = _place;
        await tools.Store.SaveAsync(project.Number, [place], cancellationToken);
        (_saved, _savedAt) = (place, tools.Clock.GetTimestamp());
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "A delivery for webhook {Webhook} failed ({Failures} in a row): {Reason}.")]
        internal static partial void Failed(ILogger logger, Guid webhook, int failures, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook {Webhook} is {Status}: {Reason} 'parley webhooks resume' continues from where it stopped.")]
        internal static partial void Stopped(ILogger logger, Guid webhook, WebhookStatus status, string reason);

        [LoggerMessage(Level = LogLevel.Warning, Message = "Webhook {Webhook} missed {Entries} log entries: retention removed them before they were delivered.")]
        internal static partial void Missed(ILogger logger, Guid webhook, long entries);
    }
}
