using System.Net;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Tests.Harness;
using Parley.Server.Webhooks;
using Xunit;

namespace Parley.Server.Tests.Webhooks;

/// <summary>How far a webhook is: after a restart, and after retention.</summary>
public abstract partial class WebhookTests
{
    [Fact]
    public async Task It_goes_on_from_its_place_after_a_restart()
    {
        await using var data = await storage.NewAsync();
        await using var receiver = Receiver.Start();
        var clock = new TestClock();
        string id;
        await using (var before = await WebhookHost.StartAsync(data, clock))
        {
            id = (await before.CreateAsync(receiver.Url, "\"build.*\"")).WebhookId;
            await before.PublishAsync("build.1");
            await before.UntilAsync(id, one => one.LastSuccessAt is not null);
            receiver.Answer = Receiver.Status("500 Oh");
            await before.PublishAsync("build.2");
            await before.UntilAsync(id, one => one.Failures == 1);
            await before.PublishAsync("build.3");
        }

        receiver.Answer = Receiver.Status("204 No Content");
        await using var host = await WebhookHost.StartAsync(data, clock);
        // On a busy machine, the clock may have been turned until the server led, and the next attempt with it.
        await receiver.UntilAsync(host.Host.Clock, () => receiver.Got.Count >= 4);

        Assert.Equal([("build.1", 1), ("build.2", 1), ("build.2", 2), ("build.3", 1)], receiver.Got.Select(got => (got.Type, got.Attempt)));
    }

    [Fact]
    public async Task What_is_published_after_a_change_is_delivered_by_what_the_webhook_is_since()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        var webhook = await host.CreateAsync(receiver.Url, "\"never\"");

        for (var i = 0; i < 20; i++)
        {
            await host.PutAsync(webhook.WebhookId, receiver.Url, $"\"build.{i}\"");
            await host.PublishAsync($"build.{i}");
            await host.PublishAsync("other");
            await receiver.UntilAsync(i + 1);
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"build.{i}"), receiver.Got.Select(got => got.Type));
    }

    /// <summary>A courier that wakes up goes on to the end of the log and stores that place: where none moved, none woke up.</summary>
    [Fact]
    public async Task A_hundred_webhooks_that_want_none_of_it_sleep_and_write_nothing_while_the_log_grows()
    {
        const int messages = 1000;
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        var (project, store) = (host.Host.Default.Number, host.Host.Get<IWebhookStore>());
        var ada = await host.Host.RegisterAsync("ada");
        for (var i = 1; i < WebhookRules.MostWebhooks; i++)
            await host.CreateAsync(receiver.Url, "\"never\"");
        var wants = await host.CreateAsync(receiver.Url, "\"build.*\"");
        await Polling.UntilAsync(
            () => "all webhooks to be at rest", async () => (await store.ListAsync(project, Cancel)).Count == WebhookRules.MostWebhooks);

        for (var i = 0; i < messages; i++)
            await host.Host.SendAsync(HttpMethod.Post, "/api/v1/messages", ada, """{"to": ["ada"], "content": "one of many"}""");
        Assert.True(host.Host.Default.Log.Head > messages, "The messages were refused.");
        await host.PublishAsync("build.1");
        await host.UntilAsync(wants.WebhookId, one => one.LastSuccessAt is not null);
        var places = await store.ListAsync(project, Cancel);

        // Room for one that came to rest late.
        var late = host.Host.Default.Log.Head - (messages / 2);
        Assert.Equal([EntryId.SeqOf(Guid.Parse(wants.WebhookId))], places.Where(place => place.Seq > late).Select(place => place.Made));
        Assert.Single(receiver.Got);
    }

    [Fact]
    public async Task What_retention_took_while_it_was_paused_is_told()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        // Each timer of the server fires on the way: the default of a month would take minutes.
        var day = await host.Host.SendAsync(HttpMethod.Put, "/api/v1/projects/default", host.Admin, """{"settings": {"retention_days": 1}}""");
        Assert.Equal(HttpStatusCode.OK, day.Status);
        receiver.Answer = Receiver.Status("410 Gone");
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");
        await host.PublishAsync("build.1");
        await host.UntilAsync(webhook.WebhookId, one => one.Status == WebhookStatus.Ended);
        for (var i = 0; i < 3; i++)
            await host.PublishAsync("build.lost");
        var before = host.Host.Default.Log.Head;
        host.Host.Clock.Advance(host.Host.Default.Settings.Retention!.Value + TimeSpan.FromMinutes(1));
        var kept = await host.PublishAsync("build.kept");
        // A webhook that is paused, perhaps for ever, does not keep the log from being pruned.
        await host.PruneAsync(before);
        receiver.Answer = Receiver.Status("204 No Content");
        await host.Host.SendAsync(HttpMethod.Post, $"{WebhookHost.Api}/{webhook.WebhookId}/resume", host.Admin);
        await receiver.UntilAsync(2);
        var after = await host.UntilAsync(webhook.WebhookId, one => one.LastStatus == 204);

        var missed = before - (EntryId.SeqOf(Guid.Parse(receiver.Got[0].EventId)) - 1);
        Assert.Equal(kept, receiver.Got[^1].EventId);
        Assert.Equal((missed, missed), (after.Missed, receiver.Got[^1].Missed));
        Assert.Equal(0, receiver.Got[0].Missed);
    }

    [Fact]
    public async Task A_stored_place_goes_forward_only_and_none_is_kept_of_what_is_gone()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        var (project, store) = (host.Host.Default.Number, host.Host.Get<IWebhookStore>());
        var made = EntryId.SeqOf(Guid.Parse((await host.CreateAsync("https://example.org/hook", "\"never\"")).WebhookId));

        await store.SaveAsync(project, [new WebhookPlace(made, made + 100, Missed: 2, Failures: 1, LastAttemptAt: 5, LastStatus: 500, NextAttemptAt: 6, LastError: "x")], Cancel);
        await store.SaveAsync(project, [new WebhookPlace(made, made + 99, LastStatus: 200)], Cancel);
        var newer = await store.FindAsync(project, made, Cancel);
        await store.ResetAsync(project, made, Cancel);
        var reset = await store.FindAsync(project, made, Cancel);
        await store.SaveAsync(project, [new WebhookPlace(made + 1, made + 5)], Cancel);

        Assert.Equal(new WebhookPlace(made, made + 100, 2, 1, 5, null, 500, 6, "x"), newer);
        Assert.Equal(newer! with { Failures = 0, NextAttemptAt = null }, reset);
        Assert.Null(await store.FindAsync(project, made + 1, Cancel));
    }
}
