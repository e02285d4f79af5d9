using System.Net;
using System.Net.Sockets;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Rest;
using Parley.Server.Webhooks;
using Xunit;

namespace Parley.Server.Tests.Webhooks;

/// <summary>Receivers that fail, hang, never end, or want no more.</summary>
public abstract partial class WebhookTests
{
    [Fact]
    public async Task A_delivery_that_fails_is_tried_again_later_and_later_and_nothing_comes_before_it()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        receiver.Answer = Receiver.Status("500 Oh");
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");
        var first = await host.PublishAsync("build.1");
        var second = await host.PublishAsync("build.2");

        var wait = await host.TurnToRetryAsync(webhook.WebhookId, 1);
        var longer = await host.TurnToRetryAsync(webhook.WebhookId, 2);
        await receiver.UntilAsync(3);
        var paused = await host.UntilAsync(webhook.WebhookId, one => one.Status == WebhookStatus.Paused);
        receiver.Answer = Receiver.Status("200 Fine");
        var resumed = await host.Host.SendAsync(HttpMethod.Post, $"{WebhookHost.Api}/{webhook.WebhookId}/resume", host.Admin);
        await receiver.UntilAsync(5);
        var good = await host.UntilAsync(webhook.WebhookId, one => one.LastStatus == 200);

        Assert.InRange(wait.TotalSeconds, 0.7, 1);
        Assert.InRange(longer.TotalSeconds, 1.4, 2);
        Assert.Equal((first, 1), (receiver.Got[0].EventId, receiver.Got[0].Attempt));
        Assert.Equal((first, 2), (receiver.Got[1].EventId, receiver.Got[1].Attempt));
        Assert.Equal((first, 3), (receiver.Got[2].EventId, receiver.Got[2].Attempt));
        Assert.Equal([(first, 1), (second, 1)], receiver.Got.Skip(3).Select(got => (got.EventId, got.Attempt)));
        Assert.Equal((3, 500, "3 deliveries in a row failed; the last time, the receiver answered 500."), (paused.Failures, paused.LastStatus, paused.Reason));
        Assert.Equal((HttpStatusCode.OK, WebhookStatus.Active), (resumed.Status, resumed.As(WireJson.Lenient.Webhook).Status));
        Assert.Equal((null, 0), (good.Reason, good.Failures));
        var told = await host.Host.SendAsync(HttpMethod.Get, "/api/v1/events?types=webhook_*", host.Admin);
        Assert.Contains("\"webhook_paused\"", told.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_wants_nothing_more_gets_nothing_more_until_somebody_resumes()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        receiver.Answer = Receiver.Status("410 Gone");
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");

        await host.PublishAsync("build.1");
        var ended = await host.UntilAsync(webhook.WebhookId, one => one.Status == WebhookStatus.Ended);
        await host.PublishAsync("build.2");
        receiver.Answer = Receiver.Status("204 No Content");
        var got = receiver.Got.Count;
        await host.Host.SendAsync(HttpMethod.Post, $"{WebhookHost.Api}/{webhook.WebhookId}/resume", host.Admin);
        await receiver.UntilAsync(3);

        Assert.Equal((410, 1), (ended.LastStatus, got));
        Assert.Equal(["build.1", "build.1", "build.2"], receiver.Got.Select(one => one.Type));
    }

    [Fact]
    public async Task A_redirect_is_a_failure_and_is_not_followed()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var elsewhere = Receiver.Start();
        await using var receiver = Receiver.Start();
        receiver.Answer = Receiver.Status("307 Temporary Redirect", $"Location: {elsewhere.Url}\r\n");
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");

        await host.PublishAsync("build.1");
        var failed = await host.UntilAsync(webhook.WebhookId, one => one.Failures == 1);

        Assert.Equal((307, "The last delivery failed: the receiver answered 307, a redirect, which is not followed."), (failed.LastStatus, failed.Reason));
        Assert.Empty(elsewhere.Got);
    }

    [Fact]
    public async Task A_receiver_may_ask_to_be_left_alone_for_longer_but_not_for_ever()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        receiver.Answer = Receiver.Status("429 Slow Down", "Retry-After: 120\r\n");
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");
        await host.PublishAsync("build.1");

        var asked = (await host.UntilAsync(webhook.WebhookId, one => one.Failures == 1)).NextAttemptAt - host.Host.Clock.GetUtcNow();
        receiver.Answer = Receiver.Status("503 Away", "Retry-After: 999999\r\n");
        await host.TurnToRetryAsync(webhook.WebhookId, 1);
        var most = (await host.UntilAsync(webhook.WebhookId, one => one.Failures == 2)).NextAttemptAt - host.Host.Clock.GetUtcNow();

        Assert.Equal((TimeSpan.FromMinutes(2), TimeSpan.FromHours(1)), (asked, most));
    }

    public static TheoryData<bool> Slow => [true, false];

    [Theory]
    [MemberData(nameof(Slow))]
    public async Task A_receiver_that_hangs_or_answers_byte_by_byte_runs_into_the_time_limit(bool drips)
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        var dripped = 0;
        receiver.Answer = drips ? DripAsync : Receiver.HangAsync;
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");
        await host.PublishAsync("build.1");
        await receiver.UntilAsync(1);
        // A byte comes with each step, so that no single read takes long.
        while (drips && (await host.GetAsync(webhook.WebhookId)).Failures == 0)
            host.Host.Clock.Advance(TimeSpan.FromMilliseconds(100));
        if (!drips)
            host.Host.Clock.Advance(TimeSpan.FromSeconds(10));
        var failed = await host.UntilAsync(webhook.WebhookId, one => one.Failures == 1);

        Assert.Equal((null, "The last delivery failed: no whole answer within 10 s."), (failed.LastStatus, failed.Reason));
        Assert.True(!drips || Volatile.Read(ref dripped) > 10, $"Only {dripped} bytes came.");

        async Task DripAsync(Received received, NetworkStream stream, CancellationToken cancel)
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n"u8.ToArray(), cancel);
            while (true)
            {
                await stream.WriteAsync("x"u8.ToArray(), cancel);
                Interlocked.Increment(ref dripped);
                await Task.Delay(TimeSpan.FromMilliseconds(100), host.Host.Clock, cancel);
            }
        }
    }

    [Fact]
    public async Task Of_an_endless_answer_a_little_is_read_and_then_the_connection_is_dropped()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        var sent = 0L;
        var dropped = new TaskCompletionSource();
        receiver.Answer = async (_, stream, cancel) =>
        {
            try
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), cancel);
                for (var block = new byte[4096]; ; sent += block.Length)
                    await stream.WriteAsync(block, cancel);
            }
            catch (IOException)
            {
                dropped.TrySetResult();
            }
        };
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");

        await host.PublishAsync("build.1");
        await dropped.Task.WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System, Cancel);
        var good = await host.UntilAsync(webhook.WebhookId, one => one.LastStatus == 200);

        Assert.Equal(0, good.Failures);
        // What the kernel holds on both sides is sent, too.
        Assert.InRange(sent, 1, 64 << 20);
    }

    [Fact]
    public async Task A_delivery_that_is_under_way_ends_when_its_webhook_is_deleted_and_leaves_nothing()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var receiver = Receiver.Start();
        var hungUp = new TaskCompletionSource();
        receiver.Answer = async (_, stream, cancel) =>
        {
            // Nothing more is sent: what is read is the end.
            if (await stream.ReadAsync(new byte[1], cancel) == 0)
                hungUp.TrySetResult();
        };
        var webhook = await host.CreateAsync(receiver.Url, "\"build.*\"");
        await host.PublishAsync("build.1");
        await host.PublishAsync("build.2");
        await receiver.UntilAsync(1);

        var deleted = await host.Host.SendAsync(HttpMethod.Delete, $"{WebhookHost.Api}/{webhook.WebhookId}", host.Admin);
        await hungUp.Task.WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System, Cancel);
        receiver.Answer = Receiver.Status("204 No Content");
        await using var other = Receiver.Start();
        await host.CreateAsync(other.Url, "\"build.*\"");
        await host.PublishAsync("build.3");
        await other.UntilAsync(1);
        var places = await host.Host.Get<IWebhookStore>().ListAsync(host.Host.Default.Number, Cancel);

        Assert.Equal(HttpStatusCode.NoContent, deleted.Status);
        Assert.Equal(["build.1"], receiver.Got.Select(got => got.Type));
        Assert.DoesNotContain(places, place => place.Made == EntryId.SeqOf(Guid.Parse(webhook.WebhookId)));
    }

    [Fact]
    public async Task A_slow_receiver_holds_up_no_other()
    {
        await using var data = await storage.NewAsync();
        await using var host = await WebhookHost.StartAsync(data);
        await using var slow = Receiver.Start();
        await using var quick = Receiver.Start();
        slow.Answer = Receiver.HangAsync;
        await host.CreateAsync(slow.Url, "\"build.*\"");
        await host.CreateAsync(quick.Url, "\"build.*\"");

        for (var i = 0; i < 20; i++)
            await host.PublishAsync($"build.{i}");
        await quick.UntilAsync(20);

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"build.{i}"), quick.Got.Select(got => got.Type));
        Assert.Single(slow.Got);
    }
}
