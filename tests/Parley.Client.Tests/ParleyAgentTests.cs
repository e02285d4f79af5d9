using System.Text.Json;
using Parley.Protocol;
using Xunit;

namespace Parley.Client.Tests;

/// <summary>The live connection against a server that the test plays.</summary>
public sealed class ParleyAgentTests : IAsyncLifetime
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private FakeServer _server = null!;
    private ParleyAgent _agent = null!;
    private FakeConnection _first = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await FakeServer.StartAsync();
        _agent = await ParleyAgent.ConnectAsync(_server.Options, Cancel);
        _first = await _server.ConnectionAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _agent.DisposeAsync();
    }

    [Fact]
    public async Task Sends_that_are_not_awaited_share_frames_and_keep_their_order()
    {
        var sends = Enumerable.Range(0, 1000).Select(i => _agent.SendAsync("pm-1", $"{i}", Cancel)).ToArray();
        var (contents, keys, frames) = (new List<string>(), new List<string>(), 0);
        while (contents.Count < sends.Length)
        {
            var frame = await _first.NextAsync(FrameEvents.MessageSend);
            await _first.ConfirmAsync(frame, contents.Count);
            frames++;
            contents.AddRange(FakeConnection.Items(frame).Select(item => item.GetProperty("content").GetString()!));
            keys.AddRange(FakeConnection.Items(frame).Select(item => item.GetProperty("idempotency_key").GetString()!));
        }

        var answers = await Task.WhenAll(sends);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{i}"), contents);
        Assert.Equal(keys.Order(StringComparer.Ordinal), keys);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (long)i), answers.Select(answer => answer.Seq));
        Assert.InRange(frames, 1, 500);
    }

    [Fact]
    public async Task One_refused_send_of_a_frame_fails_alone()
    {
        var many = _agent.SendManyAsync([new SendRequest { To = ["a"] }, new SendRequest { To = ["b"] }, new SendRequest { To = ["c"] }], Cancel);
        for (var seen = 0; seen < 3;)
        {
            var frame = await _first.NextAsync(FrameEvents.MessageSend);
            var answers = FakeConnection.Items(frame).Select(item => item.GetProperty("to").GetString() == "b"
                ? """{"status":404,"problem":{"code":"unknown_recipient","status":404,"detail":"No b."}}"""
                : """{"status":201,"message_id":"m","seq":1,"conversation_thread_id":"t"}""").ToArray();
            seen += answers.Length;
            if (answers.Length == 1 && answers[0].Contains("problem", StringComparison.Ordinal))
                await _first.RefuseAsync(frame, 404, ErrorCodes.UnknownRecipient);
            else
                await _first.OkAsync(frame, answers.Length == 1 ? answers[0] : $$"""{"items":[{{string.Join(",", answers)}}]}""");
        }

        var results = await many;
        Assert.Equal([201, 404, 201], results.Select(result => result.Status));
        Assert.Equal(ErrorCodes.UnknownRecipient, results[1].Problem?.Code);
    }

    [Fact]
    public void It_asks_for_arrays_of_frames() => Assert.Contains("batch=1", _first.Query, StringComparison.Ordinal);

    [Fact]
    public async Task Unconfirmed_sends_are_repeated_with_the_same_key_and_the_broken_session_is_named()
    {
        var sends = Enumerable.Range(0, 3).Select(i => _agent.SendAsync("pm-1", $"{i}", Cancel)).ToArray();
        var before = new List<JsonElement>();
        while (before.Count < 3)
            before.AddRange(FakeConnection.Items(await _first.NextAsync(FrameEvents.MessageSend)));
        var session = _agent.SessionId;
        _first.Break();

        var second = await _server.ConnectionAsync();
        Assert.Contains($"session={session}", second.Query, StringComparison.Ordinal);
        var again = await second.NextAsync(FrameEvents.MessageSend);
        Assert.Equal(before.Select(Key), FakeConnection.Items(again).Select(Key));
        await second.ConfirmAsync(again, 1);
        Assert.Equal([1, 2, 3], (await Task.WhenAll(sends)).Select(answer => answer.Seq));
    }

    [Fact]
    public async Task A_lost_acknowledgment_is_repeated_without_its_lease_and_the_message_is_not_handled_twice()
    {
        await using var received = _agent.ReceiveAsync(Cancel).GetAsyncEnumerator(Cancel);
        var next = received.MoveNextAsync();
        await _first.NextAsync(FrameEvents.Window);
        await _first.DeliverAsync("m-1", "l-1");
        Assert.True(await next);
        await received.Current.AckAsync(cancellationToken: Cancel);
        var ack = await _first.NextAsync(FrameEvents.MessageAck);
        Assert.Equal("l-1", ack.GetProperty("data").GetProperty("lease_id").GetString());
        _first.Break();

        var second = await _server.ConnectionAsync();
        var again = (await second.NextAsync(FrameEvents.MessageAck)).GetProperty("data");
        Assert.Equal("m-1", again.GetProperty("message_id").GetString());
        Assert.False(again.TryGetProperty("lease_id", out _));
        await second.DeliverAsync("m-1", "l-2");
        await second.DeliverAsync("m-2", "l-3");
        Assert.True(await received.MoveNextAsync());
        Assert.Equal(("m-2", "of m-2"), (received.Current.Message.MessageId, received.Current.Content));
    }

    [Fact]
    public async Task An_acknowledgement_is_confirmed_by_an_answer_without_data()
    {
        await using var received = _agent.ReceiveAsync(Cancel).GetAsyncEnumerator(Cancel);
        var next = received.MoveNextAsync();
        await _first.NextAsync(FrameEvents.Window);
        await _first.DeliverAsync("m-1", "l-1");
        await next;

        var confirmed = received.Current.AckAsync(confirm: true, Cancel);
        var ack = await _first.NextAsync(FrameEvents.MessageAck);
        Assert.False(confirmed.IsCompleted);
        await _first.SendAsync($$"""{"event":"ok","id":{{ack.GetProperty("id").GetRawText()}}}""");

        await confirmed;
        await _agent.FlushAsync(Cancel);
    }

    [Fact]
    public async Task An_acknowledgment_that_the_server_could_not_store_is_sent_again()
    {
        await using var received = _agent.ReceiveAsync(Cancel).GetAsyncEnumerator(Cancel);
        var next = received.MoveNextAsync();
        await _first.NextAsync(FrameEvents.Window);
        await _first.DeliverAsync("m-1", "l-1");
        await next;

        var confirmed = received.Current.AckAsync(confirm: true, Cancel);
        await _first.SendAsync($$$"""
            {"event":"error","id":{{{(await _first.NextAsync(FrameEvents.MessageAck)).GetProperty("id").GetRawText()}}},
             "data":{"type":"t","title":"Away","status":503,"detail":"d","code":"storage_unavailable","retryable":true}}
            """.ReplaceLineEndings(""));
        var again = await _first.NextAsync(FrameEvents.MessageAck);
        Assert.False(confirmed.IsCompleted);
        await _first.SendAsync($$"""{"event":"ok","id":{{again.GetProperty("id").GetRawText()}}}""");

        await confirmed;
    }

    [Fact]
    public async Task A_server_that_restarted_at_another_address_is_found_through_its_folder()
    {
        var folder = Path.Combine(_server.Folder, "server.url");
        await File.WriteAllTextAsync(folder, $"{_server.Address}\n", Cancel);
        await using var agent = await ParleyAgent.ConnectAsync(_server.Options with { Url = null }, Cancel);
        var before = await _server.ConnectionAsync();
        await using var restarted = await FakeServer.StartAsync();
        await File.WriteAllTextAsync(folder, $"{restarted.Address}\n", Cancel);

        before.Break();

        var after = await restarted.ConnectionAsync();
        var sending = agent.SendAsync("pm-1", "still there", Cancel);
        await after.ConfirmAsync(await after.NextAsync(FrameEvents.MessageSend), 1);
        Assert.Equal(1, (await sending).Seq);
    }

    [Fact]
    public async Task A_refused_acknowledgment_is_reported_to_the_waiting_caller_or_by_an_event()
    {
        var told = new TaskCompletionSource<SettlementFailedEventArgs>();
        _agent.SettlementFailed += (_, failed) => told.TrySetResult(failed);
        await using var received = _agent.ReceiveAsync(Cancel).GetAsyncEnumerator(Cancel);
        var next = received.MoveNextAsync();
        await _first.NextAsync(FrameEvents.Window);
        await _first.DeliverAsync("m-1", "l-1");
        await next;

        await received.Current.AckAsync(cancellationToken: Cancel);
        await _first.RefuseAsync(await _first.NextAsync(FrameEvents.MessageAck), 409, ErrorCodes.LeaseLost);
        Assert.Equal(("m-1", ErrorCodes.LeaseLost), ((await told.Task).MessageId, (await told.Task).Problem.Code));

        var waiting = received.Current.AckAsync(confirm: true, Cancel);
        await _first.RefuseAsync(await _first.NextAsync(FrameEvents.MessageAck), 409, ErrorCodes.LeaseLost);
        Assert.Equal(ErrorCodes.LeaseLost, (await Assert.ThrowsAsync<ParleyException>(() => waiting)).Code);
    }

    [Fact]
    public async Task A_subscription_continues_after_its_place_without_repeats()
    {
        var subscribing = _agent.SubscribeAsync(FeedRequest.Of("messages", "agents"), Cancel);
        var asked = await _first.NextAsync(FrameEvents.Subscribe);
        Assert.False(asked.GetProperty("data").TryGetProperty("after", out _));
        await _first.OkAsync(asked, """{"subscription":"s1","place":"1-4","recovered":true}""");
        await using var feed = await subscribing;
        await ChangeAsync(_first, "s1", "1-5");
        await ChangeAsync(_first, "s1", "1-6");
        var entries = feed.GetAsyncEnumerator(Cancel);
        Assert.True(await entries.MoveNextAsync());
        Assert.Equal(("1-5", "of 1-5"), (entries.Current.Place, entries.Current.Message?.Content));
        Assert.True(await entries.MoveNextAsync());
        _first.Break();

        var second = await _server.ConnectionAsync();
        var again = await second.NextAsync(FrameEvents.Subscribe);
        Assert.Equal("1-6", again.GetProperty("data").GetProperty("after").GetString());
        await second.OkAsync(again, """{"subscription":"s1","place":"1-9","recovered":true}""");
        await ChangeAsync(second, "s1", "1-7");
        Assert.True(await entries.MoveNextAsync());
        Assert.Equal(("1-7", FeedEntryKind.Put), (entries.Current.Place, entries.Current.Kind));

        static Task ChangeAsync(FakeConnection connection, string subscription, string place) => connection.SendAsync(
            $$$"""{"event":"change","data":{"subscription":"{{{subscription}}}","feed":"messages","place":"{{{place}}}","op":"put","item":{{{FakeConnection.Message(place)}}} } }""");
    }

    [Fact]
    public async Task A_request_ends_as_success_error_timeout_or_lost_connection()
    {
        Assert.Equal("of r-1", Assert.IsType<RequestResult.Success>(await AskAsync("success")).Reply.Content);
        Assert.Equal("of r-1", Assert.IsType<RequestResult.Error>(await AskAsync("error")).Reply.Content);

        var late = _agent.RequestAsync("pm-1", "?", TimeSpan.FromMinutes(5), Cancel);
        var frame = await _first.NextAsync(FrameEvents.RequestSend);
        await _first.RefuseAsync(frame, 504, ErrorCodes.RequestTimeout);
        Assert.IsType<RequestResult.Timeout>(await late);

        var lost = _agent.RequestAsync("pm-1", "?", TimeSpan.FromMinutes(5), Cancel);
        await _first.ConfirmAsync(await _first.NextAsync(FrameEvents.RequestSend), 1);
        var confirmed = _agent.SetStatusAsync(AgentStatus.Busy, cancellationToken: Cancel);
        await _first.OkAsync(await _first.NextAsync(FrameEvents.AgentStatus), "{}");
        await confirmed;
        _first.Break();
        Assert.True(Assert.IsType<RequestResult.ConnectionLost>(await lost).Stored);

        async Task<RequestResult> AskAsync(string status)
        {
            var asking = _agent.RequestAsync("pm-1", "?", TimeSpan.FromMinutes(5), Cancel);
            var sent = await _first.NextAsync(FrameEvents.RequestSend);
            await _first.ConfirmAsync(sent, 1);
            await _first.SendAsync($$$"""{"event":"answer","id":{{{sent.GetProperty("id").GetRawText()}}},"data":{"status":"{{{status}}}","reply":{{{FakeConnection.Message("r-1")}}} } }""");
            return await asking;
        }
    }

    [Fact]
    public async Task A_permanently_closed_connection_ends_everything_with_the_reason()
    {
        var send = _agent.SendAsync("pm-1", "x", Cancel);
        await _first.NextAsync(FrameEvents.MessageSend);
        await _first.CloseAsync(4401, "token revoked");

        Assert.Equal(401, (await Assert.ThrowsAsync<ParleyException>(() => send)).Status);
        var reading = await Assert.ThrowsAsync<ParleyException>(async () => await _agent.ReceiveAsync(Cancel).GetAsyncEnumerator(Cancel).MoveNextAsync());
        Assert.Equal(ErrorCodes.Unauthorized, reading.Code);
        Assert.Equal(ConnectionState.Closed, _agent.State);
    }

    [Fact]
    public async Task A_handler_that_throws_gives_its_message_back_and_one_that_finishes_acknowledges_it()
    {
        using var handler = _agent.OnMessage(filter: null, (message, _) =>
            message.Message.MessageId == "bad" ? throw new InvalidOperationException("No.") : Task.CompletedTask);
        await _first.NextAsync(FrameEvents.Window);
        await _first.DeliverAsync("bad", "l-1");
        await _first.DeliverAsync("good", "l-2");
        var nack = await _first.NextAsync(FrameEvents.MessageNack);
        Assert.Equal(("bad", "InvalidOperationException: No."), (nack.GetProperty("data").GetProperty("message_id").GetString(), nack.GetProperty("data").GetProperty("reason").GetString()));
        await _first.OkAsync(nack, "{}");
        Assert.Equal("good", (await _first.NextAsync(FrameEvents.MessageAck)).GetProperty("data").GetProperty("message_id").GetString());
    }

    [Fact]
    public async Task An_agent_registers_with_the_join_token_keeps_its_own_and_registers_again_when_that_is_refused()
    {
        await File.WriteAllTextAsync(Path.Combine(_server.Folder, "server.url"), _server.Options.Url, Cancel);
        await File.WriteAllTextAsync(Path.Combine(_server.Folder, "join.token"), "join", Cancel);
        _server.NewTokens.Enqueue("own-1");
        _server.NewTokens.Enqueue("own-2");
        var options = _server.Options with { Url = null, Token = null, AgentId = "fe-1" };

        await ConnectAndLeaveAsync();
        Assert.Single(_server.NewTokens);
        await ConnectAndLeaveAsync();
        Assert.Single(_server.NewTokens);
        _server.Tokens.Remove("own-1");
        await ConnectAndLeaveAsync();
        Assert.Empty(_server.NewTokens);

        async Task ConnectAndLeaveAsync()
        {
            await using var agent = await ParleyAgent.ConnectAsync(options, Cancel);
            Assert.Equal("fe-1", agent.AgentId);
        }
    }

    [Theory]
    [InlineData("parley_join_test")]
    [InlineData("operator")]
    public async Task A_given_token_that_is_not_the_agents_registers_once_and_then_the_agents_own_token_is_used(string token)
    {
        _server.NewTokens.Enqueue("own-1");
        for (var time = 0; time < 2; time++)
        {
            await using var agent = await ParleyAgent.ConnectAsync(_server.Options with { Token = token, AgentId = "fe-2" }, Cancel);
            Assert.Equal("fe-2", agent.AgentId);
        }

        Assert.Empty(_server.NewTokens);
    }

    private static string? Key(JsonElement item) => item.GetProperty("idempotency_key").GetString();
}
