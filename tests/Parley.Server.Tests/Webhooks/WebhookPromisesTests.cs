using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Parley.Protocol;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Tests.Harness;
using Parley.Server.Webhooks;
using Xunit;

namespace Parley.Server.Tests.Webhooks;

/// <summary>The place of a webhook when its server stops, and its state when it is changed at the same moment.</summary>
public abstract class WebhookPromisesTests(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_is_stopped_in_the_middle_of_a_backlog_repeats_none_of_what_was_taken()
    {
        await using var data = await storage.NewAsync();
        await using var receiver = Receiver.Start();
        var clock = new TestClock();
        var backlog = new TaskCompletionSource();
        await using (var before = await WebhookHost.StartAsync(data, clock))
        {
            receiver.Answer = AnswerAsync;
            await before.CreateAsync(receiver.Url, "\"build.*\"");
            foreach (var type in new[] { "build.1", "build.2", "build.3", "build.4" })
                await before.PublishAsync(type);
            backlog.SetResult();
            await receiver.UntilAsync(4);
        }

        receiver.Answer = Receiver.Status("204 No Content");
        await using var host = await WebhookHost.StartAsync(data, clock);
        await receiver.UntilAsync(5);
        await host.PublishAsync("build.5");
        await receiver.UntilAsync(6);

        Assert.Equal(["build.1", "build.2", "build.3", "build.4", "build.4", "build.5"], receiver.Got.Select(got => got.Type));

        // The first is answered when all wait behind it, so that the place is not stored with each; the last one never.
        async Task AnswerAsync(Received received, NetworkStream stream, CancellationToken cancel)
        {
            await backlog.Task;
            await (received.Type == "build.4" ? Receiver.HangAsync(received, stream, cancel) : Receiver.Status("204 No Content")(received, stream, cancel));
        }
    }

    [Fact]
    public async Task Who_leads_no_more_delivers_no_more_of_what_it_has_read()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        var made = await host.CreateAsync(receiver.Url, "\"build.*\"");
        var (id, project) = (Guid.Parse(made.WebhookId), host.Host.Default);
        // Paused, so that the server's own courier is out of the way.
        var webhook = (await host.Host.Get<WebhookDirectory>().ChangeAsync(
            project.Number, id, sender: 0, present => WebhookRules.Stop(present, made.Version, WebhookStatus.Paused, "It waits."), Cancel)).Value!;
        var lead = new Lead();
        receiver.Answer = (received, stream, cancel) =>
        {
            lead.IsLeader = false;
            return Receiver.Status("204 No Content")(received, stream, cancel);
        };
        var first = await host.PublishAsync("build.1");
        await host.PublishAsync("build.2");

        var tools = host.Host.Get<CourierTools>() with { Leadership = lead };
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = new WebhookCourier(webhook, project, tools.Events.Scout(project.Log), tools, NullLogger.Instance).RunAsync(end.Token);
        await Polling.UntilAsync("the courier to end, or to deliver too much", () => running.IsCompleted || receiver.Got.Count > 1);
        await end.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        Assert.Equal([first], receiver.Got.Select(got => got.EventId));
        // Whoever leads now goes on behind it.
        Assert.Equal(EntryId.SeqOf(Guid.Parse(first)), (await tools.Store.FindAsync(project.Number, webhook.Row.Made, Cancel))!.Seq);
    }

    /// <summary>As at a node whose log is further than what it knows of its webhooks.</summary>
    [Fact]
    public async Task Who_finds_in_the_log_that_a_webhook_was_changed_passes_by_nothing_after_that()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        var made = await host.CreateAsync(receiver.Url, "\"never\"");
        var (id, project, directory) = (Guid.Parse(made.WebhookId), host.Host.Default, host.Host.Get<WebhookDirectory>());
        // Paused, so that the server's own courier is out of the way.
        var before = (await directory.ChangeAsync(
            project.Number, id, sender: 0, present => WebhookRules.Stop(present, made.Version, WebhookStatus.Paused, "It waits."), Cancel)).Value!;
        var changed = (await directory.ChangeAsync(
            project.Number, id, sender: 0, present => Decision<Webhook>.Put(present!.Value with { Types = ["build.*"] }, "webhook_updated"), Cancel)).Value!;
        await host.PublishAsync("build.1");

        var tools = host.Host.Get<CourierTools>();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var running = new WebhookCourier(before, project, tools.Events.Scout(project.Log), tools, NullLogger.Instance).RunAsync(end.Token);
        await Polling.UntilAsync(() => "the courier to end, or to go too far", async () => running.IsCompleted || (await PlaceAsync())?.Seq > changed.Version);
        await end.CancelAsync();
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

        Assert.Equal(changed.Version - 1, (await PlaceAsync())!.Seq);
        Assert.Empty(receiver.Got);

        async Task<WebhookPlace?> PlaceAsync() => await tools.Store.FindAsync(project.Number, before.Row.Made, Cancel);
    }

    [Fact]
    public async Task What_was_changed_since_its_deliveries_failed_is_not_paused_for_that()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        var made = await host.CreateAsync("https://example.org/wrong", "\"never\"");
        var id = Guid.Parse(made.WebhookId);
        var put = await host.Host.SendAsync(HttpMethod.Put, $"{WebhookHost.Api}/{id}", host.Admin, """{"url": "https://example.org/right", "types": ["never"]}""");
        Assert.Equal(HttpStatusCode.OK, put.Status);
        var directory = host.Host.Get<WebhookDirectory>();

        // As its courier does, which failed at the wrong address until just now.
        await StopAsync(made.Version);
        Assert.Equal(WebhookStatus.Active, (await host.GetAsync(made.WebhookId)).Status);
        await StopAsync((await host.GetAsync(made.WebhookId)).Version);
        Assert.Equal((WebhookStatus.Paused, "It failed."), await host.GetAsync(made.WebhookId) is var paused ? (paused.Status, paused.Reason) : default);

        ValueTask<Wire.Result<Entity<Webhook>?>> StopAsync(long version) => directory.ChangeAsync(
            host.Host.Default.Number, id, sender: 0, present => WebhookRules.Stop(present, version, WebhookStatus.Paused, "It failed."), Cancel);
    }

    private sealed class Lead : ILeadership
    {
        public bool IsLeader { get; set; } = true;

        public long Term => 0;

        public ValueTask<bool> LeadsInAsync(long term, CancellationToken cancellationToken) => new(IsLeader);
    }
}

public sealed class SqliteWebhookPromisesTests() : WebhookPromisesTests(new OnSqlite());

public sealed class PostgresWebhookPromisesTests(PostgresDatabases databases) : WebhookPromisesTests(new OnPostgres(databases));
