using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Sending: places in the log, keys, bounds, groups.</summary>
public abstract partial class MessageStoreConformance
{
    [Fact]
    public async Task Seq_starts_at_1_and_rises_by_1()
    {
        await using var store = await OpenAsync();

        var outcomes = await store.SendAllAsync(Enumerable.Range(0, 20).Select(i => Note($"{i}")));

        Assert.Equal(Enumerable.Range(1, 20).Select(seq => (long)seq), outcomes.Select(outcome => outcome.Seq));
        Assert.Equal(Enumerable.Range(1, 20).Select(seq => (long)seq), (await store.EntriesAsync()).Select(entry => entry.Seq));
        Assert.Equal(20, store.Project.Log.Head);
    }

    [Fact]
    public async Task What_one_caller_sends_without_waiting_is_stored_in_the_order_of_sending()
    {
        await using var store = await OpenAsync();

        var sends = Enumerable.Range(0, 500).Select(i => store.SendAsync(Note($"{i}"))).ToList();
        await Task.WhenAll(sends);

        var entries = await store.EntriesAsync();
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), entries.Select(entry => MessageJsonReader.Content(entry.Json)!));
    }

    [Fact]
    public async Task A_refused_send_takes_no_seq_and_the_others_are_stored()
    {
        await using var store = await OpenAsync(new ProjectSettings { MailboxLimit = 1 });

        var outcomes = await store.SendAllAsync(Note("first"), Note("too much"), new Letter("ada", "cyd"));

        Assert.Equal([SendResult.Stored, SendResult.MailboxFull, SendResult.Stored], outcomes.Select(outcome => outcome.Result));
        Assert.Equal([1, 0, 2], outcomes.Select(outcome => outcome.Seq));
        Assert.Equal([1, 2], (await store.EntriesAsync()).Select(entry => entry.Seq));
    }

    [Fact]
    public async Task A_stored_message_reads_as_it_was_sent()
    {
        await using var store = await OpenAsync();

        var outcome = await store.StoreAsync(Note("Grüße 👋 \"quoted\"\n") with { Payload = """{"deep":[1,{"x":null}]}""", Type = "status_update", Priority = Priority.High });

        var entry = await store.EntryAsync(outcome.Seq);
        using var json = JsonDocument.Parse(entry.Json);
        var message = json.RootElement;
        Assert.Equal(outcome.MessageId, message.GetProperty("message_id").GetGuid());
        Assert.Equal(outcome.Seq, message.GetProperty("seq").GetInt64());
        Assert.Equal(outcome.Thread, message.GetProperty("conversation_thread_id").GetGuid());
        Assert.Equal("Grüße 👋 \"quoted\"\n", message.GetProperty("content").GetString());
        Assert.Equal("""{"deep":[1,{"x":null}]}""", message.GetProperty("payload").GetRawText());
        Assert.Equal(("ada", "bob"), (message.GetProperty("sender_id").GetString(), message.GetProperty("recipient_id").GetString()));
        Assert.Equal("2026-01-22T13:56:52.000Z", message.GetProperty("timestamp").GetString());
        Assert.Equal("2026-01-23T13:56:52.000Z", message.GetProperty("expires_at").GetString());
        Assert.Equal((EntryKind.Message, "status_update", outcome.Seq), (entry.Kind, entry.Type, entry.Thread));
        Assert.Equal(outcome.Seq, EntryId.SeqOf(outcome.MessageId));
    }

    [Fact]
    public async Task The_same_key_with_the_same_send_answers_as_the_first_time_and_stores_one_message()
    {
        await using var store = await OpenAsync();
        var first = await store.StoreAsync(Note() with { Key = "k" });

        var again = await store.SendAsync(Note() with { Key = "k" });
        var inOneCall = await store.SendAllAsync(Note() with { Key = "two" }, Note() with { Key = "two" });

        Assert.Equal((SendResult.Duplicate, first.MessageId, first.Seq, first.Thread), (again.Result, again.MessageId, again.Seq, again.Thread));
        Assert.Equal(store.Agent("bob").Number, Assert.Single(again.Recipients).Agent);
        Assert.Equal([SendResult.Stored, SendResult.Duplicate], inOneCall.Select(outcome => outcome.Result));
        Assert.Equal([1, 2], await store.QueueAsync("bob"));
    }

    [Fact]
    public async Task The_same_key_with_another_send_is_a_conflict_and_changes_nothing()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note("one") with { Key = "k" });

        var other = await store.SendAsync(Note("two") with { Key = "k" });

        Assert.Equal(SendResult.KeyConflict, other.Result);
        Assert.Equal(["one"], ContentsOf(await store.PeekAsync("bob")));
    }

    [Fact]
    public async Task Keys_are_separate_for_each_caller()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(new Letter("ada", "bob") { Key = "k", Content = "of ada" });

        await store.StoreAsync(new Letter("cyd", "bob") { Key = "k", Content = "of cyd" });

        Assert.Equal(["of ada", "of cyd"], ContentsOf(await store.PeekAsync("bob")));
    }

    [Fact]
    public async Task A_key_is_free_again_after_24_hours()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note("one") with { Key = "k" });

        store.Clock.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(SendResult.KeyConflict, (await store.SendAsync(Note("two") with { Key = "k" })).Result);
        store.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await store.StoreAsync(Note("two") with { Key = "k" });

        // The second send owns the key now.
        Assert.Equal((SendResult.Duplicate, 2), (await store.SendAsync(Note("two") with { Key = "k" })) is var again ? (again.Result, again.Seq) : default);
    }

    [Fact]
    public async Task A_refused_send_frees_its_key()
    {
        await using var store = await OpenAsync(new ProjectSettings { MailboxLimit = 1 });
        await store.StoreAsync(Note("in the way"));
        Assert.Equal(SendResult.MailboxFull, (await store.SendAsync(Note() with { Key = "k" })).Result);

        await store.AckAsync("bob", await store.ClaimOneAsync("bob"));

        await store.StoreAsync(Note() with { Key = "k" });
    }

    [Fact]
    public async Task A_full_mailbox_refuses_a_direct_send_and_is_skipped_and_named_by_a_group_send()
    {
        await using var store = await OpenAsync(new ProjectSettings { MailboxLimit = 2 });
        await store.SendAllAsync(Note(), Note());

        var direct = await store.SendAsync(Note());
        var group = await store.SendAsync(new Letter("ada", "bob", "cyd"));

        Assert.Equal(SendResult.MailboxFull, direct.Result);
        Assert.Equal(RecipientResult.Full, Assert.Single(direct.Recipients).Result);
        Assert.Equal(SendResult.Stored, group.Result);
        Assert.Equal(
            [(store.Agent("bob").Number, RecipientResult.Full), (store.Agent("cyd").Number, RecipientResult.Queued)],
            group.Recipients.Select(recipient => (recipient.Agent, recipient.Result)));
        Assert.Equal([1, 2], await store.QueueAsync("bob"));
        Assert.Equal([group.Seq], await store.QueueAsync("cyd"));
        Assert.Equal([store.Agent("cyd").Number], (await store.EntryAsync(group.Seq)).Recipients);
    }

    [Fact]
    public async Task The_limit_counts_queued_deliveries_and_not_leased_ones()
    {
        await using var store = await OpenAsync(new ProjectSettings { MailboxLimit = 1 });
        await store.StoreAsync(Note("one"));
        var claimed = await store.ClaimOneAsync("bob");

        await store.StoreAsync(Note("two"));
        Assert.Equal(SendResult.MailboxFull, (await store.SendAsync(Note("three"))).Result);

        // What comes back is never dropped to hold the bound.
        await store.NackAsync("bob", claimed, TimeSpan.Zero);
        Assert.Equal(["one", "two"], ContentsOf(await store.PeekAsync("bob")));
    }

    [Fact]
    public async Task A_broadcast_reaches_everybody_but_its_sender()
    {
        await using var store = await OpenAsync();

        var outcome = await store.StoreAsync(Letter.ToAll("bob"));

        Assert.Equal(["ada", "cyd", "dan"], outcome.Recipients.Select(recipient => store.Project.Agents.Find(recipient.Agent)!.Id));
        Assert.Empty(await store.QueueAsync("bob"));
        foreach (var agent in new[] { "ada", "cyd", "dan" })
            Assert.Equal([outcome.Seq], await store.QueueAsync(agent));
        Assert.Equal(Audience.Everyone, (await store.EntryAsync(outcome.Seq)).Audience);
    }

    [Fact]
    public async Task A_send_reports_how_many_deliveries_are_ahead()
    {
        await using var store = await OpenAsync();
        await store.SendAllAsync(Note(priority: Priority.Low), Note(), Note(), Note(priority: Priority.Critical));

        var normal = await store.SendAsync(Note());
        var high = await store.SendAsync(Note(priority: Priority.High));

        Assert.Equal((3, 1), (Assert.Single(normal.Recipients).Ahead, Assert.Single(high.Recipients).Ahead));
    }

    [Fact]
    public async Task A_reply_joins_the_thread_and_marks_the_delivery_that_it_answers()
    {
        await using var store = await OpenAsync();
        var question = await store.StoreAsync(Note("?"));
        store.Clock.Advance(TimeSpan.FromSeconds(5));

        var answer = await store.StoreAsync(new Letter("bob", "ada") { ReplyTo = question, Content = "!" });

        Assert.Equal(question.Thread, answer.Thread);
        Assert.Equal((question.Seq, question.Seq), (await store.EntryAsync(answer.Seq)) is var entry ? (entry.Thread, entry.ReplyTo) : default);
        Assert.Equal(store.Clock.GetUtcNow().ToUnixTimeMilliseconds(), (await store.DeliveryAsync(question.Seq, "bob")).RepliedAt);
        Assert.Equal([answer.Seq], (await store.History.RepliesAsync(store.Project.Number, question.Seq, Cancel)).Select(reply => reply.Seq));
    }

    [Fact]
    public async Task The_times_of_the_log_never_fall_when_the_clock_does()
    {
        await using var store = await OpenAsync();
        await store.StoreAsync(Note());
        store.Clock.Advance(TimeSpan.FromHours(-1));
        await store.StoreAsync(Note());
        store.Clock.Advance(TimeSpan.FromHours(2));
        await store.StoreAsync(Note());

        var stamps = (await store.EntriesAsync()).Select(entry => entry.Stamp).ToList();

        Assert.Equal(stamps.Order(), stamps);
    }
}
