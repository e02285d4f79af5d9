using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>What shares a commit: one bad transition fails alone, and what memory knows of mailboxes stays true to the file.</summary>
public sealed class SqliteWriterTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_transition_that_fails_fails_alone()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        Task<SendOutcome> before, after;
        Task<int> bad;
        using (await store.PauseWriterAsync())
        {
            before = store.SendAsync(new Letter("ada", "bob") { Content = "before" });
            bad = FailAsync(store);
            after = store.SendAsync(new Letter("ada", "bob") { Content = "after" });
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => bad);
        Assert.Equal((1, 2), ((await before).Seq, (await after).Seq));
        Assert.Equal([1, 2], (await store.EntriesAsync()).Select(entry => entry.Seq));
        Assert.Equal([1, 2], (await store.ClaimAsync("bob")).Select(delivery => delivery.Seq));
    }

    [Fact]
    public async Task What_shares_a_commit_with_a_refused_message_is_applied_once()
    {
        await using var store = await SqliteStoreScope.OpenAsync(new ProjectSettings { MailboxLimit = 1 });
        await store.StoreAsync(new Letter("ada", "bob"));
        var write = new EntityBoard<Note>(Note.Kind, store.Service<IEntityStore>()).Write(null, Decision<Note>.Put(new Note { Title = "a" }, "note_changed"));
        var applied = 0;
        Task<int> before, after;
        Task<TransitionOutcome> refused;
        using (await store.PauseWriterAsync())
        {
            before = store.Writer.WriteAsync(_ => ++applied, Cancel).AsTask();
            refused = store.Service<IEntityStore>()
                .ApplyAsync(new Transition(store.Project.Number, Sender: 0, [write]) { Messages = [new Letter("ada", "bob").In(store)] }, Cancel).AsTask();
            after = store.Writer.WriteAsync(_ => ++applied, Cancel).AsTask();
        }

        Assert.Equal((TransitionResult.MessageRefused, 1, 2), ((await refused).Result, await before, await after));
    }

    [Fact]
    public async Task The_writes_of_a_failed_transition_are_undone()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await store.Writer.WriteAsync<int>(
            connection =>
            {
                connection.Prepare("UPDATE projects SET next_seq = 77").Run();
                throw new InvalidOperationException("A bug.");
            },
            Cancel));

        Assert.Equal(1, (await store.StoreAsync(new Letter("ada", "bob"))).Seq);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_query_that_failed_between_two_rows_can_be_asked_again(bool ofAReader)
    {
        await using var store = await SqliteStoreScope.OpenAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await AskAsync(fails: true));

        Assert.Equal(1, await AskAsync(fails: false));

        ValueTask<long> AskAsync(bool fails) => ofAReader ? store.Database.Readers.ReadAsync(Ask(fails), Cancel) : store.Writer.WriteAsync(Ask(fails), Cancel);

        static Func<Server.Storage.Sqlite.SqliteConnection, long> Ask(bool fails) => connection =>
        {
            var agents = connection.Prepare("SELECT number FROM agents WHERE number > ?1 ORDER BY number").Bind(1, 0);
            _ = agents.Step();
            if (fails)
                throw new InvalidOperationException("A bug.");
            var first = agents.Int64(0);
            agents.Reset();
            return first;
        };
    }

    [Fact]
    public async Task Only_the_bad_one_of_a_callers_sends_fails()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var good = new Letter("ada", "bob").In(store);

        var outcomes = await store.Messages.SendAsync([good, Broken(good), good]);

        Assert.Equal([SendResult.Stored, SendResult.Failed, SendResult.Stored], outcomes.Select(outcome => outcome.Result));
        Assert.Equal([1, 0, 2], outcomes.Select(outcome => outcome.Seq));
    }

    [Fact]
    public async Task A_failure_in_the_same_commit_loses_no_handed_over_delivery_and_keeps_their_order()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 2);
        List<Task<SendOutcome>> sends;
        using (await store.PauseWriterAsync())
        {
            sends = [.. Enumerable.Range(0, 3).Select(i => store.SendAsync(new Letter("ada", "bob") { Content = $"{i}" }))];
            _ = FailAsync(store);
        }

        await Task.WhenAll(sends);

        Assert.Equal([1, 2], holder.Delivered.Select(delivery => delivery.Seq));
        Assert.Equal(2, holder.Out);
        Assert.Equal((1, 2), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight) : default);
        Assert.Equal(3, (await store.ClaimOneAsync("bob")).Seq);
    }

    [Fact]
    public async Task An_acknowledgement_and_the_end_of_its_connection_in_one_commit_leave_nothing_behind()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var holder = store.Handover.Connect(store.Agent("bob").Number, room: 2);
        await store.SendAllAsync(new Letter("ada", "bob"), new Letter("ada", "bob"));
        Task<Settlement> ack;
        Task release;
        using (await store.PauseWriterAsync())
        {
            ack = store.AckAsync("bob", holder.Delivered[0]);
            release = store.ReleaseAsync("bob", holder).AsTask();
        }

        Assert.Equal(Settlement.Settled, await ack);
        await release;
        Assert.Equal((1, 0), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight) : default);
        Assert.Equal(2, (await store.ClaimOneAsync("bob")).Seq);
        Assert.Equal(0, (await store.CountsAsync("bob")).Queued);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_delivery_that_comes_back_in_a_claims_commit_is_found_by_the_next_claim(bool lastOfTheQueue)
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        var holder = new TestHolder(10);
        await store.SendAllAsync(Enumerable.Range(0, 4).Select(_ => new Letter("ada", "bob")));
        var claimed = await store.ClaimAsync("bob", max: lastOfTheQueue ? 4 : 2, holder: holder);
        Task<Settlement> nack;
        Task<IReadOnlyList<ClaimedDelivery>> beside;
        using (await store.PauseWriterAsync())
        {
            nack = store.NackAsync("bob", claimed[^1], TimeSpan.Zero);
            beside = store.ClaimAsync("bob", holder: holder);
        }

        Assert.Equal(Settlement.Settled, await nack);
        var seen = (await beside).Concat(await store.ClaimAsync("bob", holder: holder)).Select(delivery => delivery.Seq);
        Assert.Equal(lastOfTheQueue ? [4] : [2, 3, 4], seen.Order());
    }

    [Fact]
    public async Task A_claim_is_retried_if_its_commit_fails()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        await store.SendAllAsync(new Letter("ada", "bob"), new Letter("ada", "bob"));
        var holder = new TestHolder(10);
        Task<IReadOnlyList<ClaimedDelivery>> durable, held;
        using (await store.PauseWriterAsync())
        {
            durable = store.ClaimAsync("bob", max: 1);
            held = store.ClaimAsync("bob", max: 1, holder: holder);
            _ = FailAsync(store);
        }

        Assert.Equal([1, 2], (await durable).Concat(await held).Select(delivery => delivery.Seq).Order());
        Assert.Equal((0, 2), (await store.CountsAsync("bob")) is var counts ? (counts.Queued, counts.InFlight) : default);
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", (await durable)[0]));
        Assert.Equal(Settlement.Settled, await store.AckAsync("bob", (await held)[0]));
    }

    [Fact]
    public async Task A_settled_delivery_frees_its_room_once_and_before_it_is_on_disk()
    {
        await using var store = await SqliteStoreScope.OpenAsync();
        await store.SendAllAsync(new Letter("ada", "bob"), new Letter("ada", "bob"));
        var holder = new TestHolder(2);
        var claimed = await store.ClaimAsync("bob", max: 2, holder: holder);
        holder.Took(2);
        Task<Settlement> ack, nack;
        using (await store.PauseWriterAsync())
        {
            ack = store.AckAsync("bob", claimed[0]);
            nack = store.NackAsync("bob", claimed[1], TimeSpan.Zero);
            Assert.Equal((false, 2), (ack.IsCompleted, holder.Room));
        }

        Assert.Equal((Settlement.Settled, Settlement.Settled), (await ack, await nack));
        Assert.Equal(2, holder.Room);
    }

    [Fact]
    public async Task Senders_wait_for_room_when_too_much_is_under_way()
    {
        await using var store = await SqliteStoreScope.OpenAsync(new ProjectSettings { MailboxLimit = 100_000 });
        var sends = new List<Task<SendOutcome>>();
        Task room;
        using (await store.PauseWriterAsync())
        {
            var letter = new Letter("ada", "bob").In(store);
            while ((room = store.Messages.RoomAsync(Cancel).AsTask()).IsCompleted)
                sends.AddRange(Enumerable.Range(0, 1_000).Select(async _ => (await store.Messages.SendAsync([letter]))[0]));
        }

        await room;
        await Task.WhenAll(sends);
        Assert.Equal(sends.Count, (await store.CountsAsync("bob")).Queued);
    }

    private static async Task<int> FailAsync(SqliteStoreScope store) =>
        await store.Writer.WriteAsync<int>(_ => throw new InvalidOperationException("A bug."), Cancel);

    /// <summary>The same send with a body that is not there.</summary>
    internal static Send Broken(Send send) => new()
    {
        Project = send.Project,
        Sender = send.Sender,
        Recipients = send.Recipients,
        Body = null!,
        Type = send.Type,
        Priority = send.Priority,
        Intent = send.Intent,
        Surface = send.Surface,
        TimeToLive = send.TimeToLive,
    };
}
