using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Transitions that send messages.</summary>
public abstract partial class EntityStoreConformance
{
    [Fact]
    public async Task Messages_are_stored_in_the_same_commit_after_the_entities()
    {
        await using var store = await storage.OpenAsync();
        var write = Board(store).Write(null, Decision<Note>.Put(new Note { Title = "a" }, "note_changed"));

        var outcome = await ApplyAsync(store, [write], new Letter("ada", "bob").In(store), new Letter("ada", "cyd").In(store));

        Assert.Equal(TransitionResult.Applied, outcome.Result);
        var kinds = (await store.Log.ReadAsync(store.Project.Number, 0, 10, long.MaxValue, LogQuery.All, Cancel)).Entries.Select(entry => entry.Kind);
        Assert.Equal([Note.Kind.Entry, EntryKind.Message, EntryKind.Message], kinds);
        Assert.Equal((1, 1), ((await store.CountsAsync("bob")).Queued, (await store.CountsAsync("cyd")).Queued));
        Assert.Equal("hello", MessageJsonReader.Content(Assert.Single(await store.ClaimAsync("bob", 10)).Json));
    }

    [Fact]
    public async Task A_message_that_can_not_be_stored_undoes_all_of_it()
    {
        await using var store = await storage.OpenAsync(new ProjectSettings { MailboxLimit = 1 });
        await store.StoreAsync(new Letter("ada", "bob"));
        var write = Board(store).Write(null, Decision<Note>.Put(new Note { Title = "a" }, "note_changed"));

        var outcome = await ApplyAsync(store, [write], new Letter("ada", "cyd").In(store), new Letter("ada", "bob").In(store));

        Assert.Equal(TransitionResult.MessageRefused, outcome.Result);
        Assert.Equal((null, 0, 1L), (await FindAsync(store, "a"), (await store.CountsAsync("cyd")).Queued, store.Project.Log.Head));
        // And nothing is left in the way of the next.
        Assert.Equal(TransitionResult.Applied, (await ApplyAsync(store, [write], new Letter("ada", "cyd").In(store))).Result);
        Assert.Equal((2L + 1, 1), (store.Project.Log.Head, (await store.CountsAsync("cyd")).Queued));
    }

    [Fact]
    public async Task A_message_that_can_not_be_stored_takes_nothing_from_what_shares_its_commit()
    {
        await using var store = await storage.OpenAsync(new ProjectSettings { MailboxLimit = 1 });
        await store.StoreAsync(new Letter("ada", "bob"));
        var old = await store.StoreAsync(new Letter("ada", "dan"));
        var holder = store.Handover.Connect(store.Agent("cyd").Number, room: 10);
        Task<TransitionOutcome> before, refused, last;
        Task<SendOutcome> after;
        using (await store.PauseWriterAsync())
        {
            before = ApplyAsync(store, Board(store).Write(null, Decision<Note>.Put(new Note { Title = "before" }, "note_changed")));
            refused = ApplyAsync(
                store, [Board(store).Write(null, Decision<Note>.Put(new Note { Title = "a" }, "note_changed"))],
                new Letter("ada", "cyd").In(store), new Letter("ada", "cyd") { Supersedes = old }.In(store), new Letter("ada", "bob").In(store));
            after = store.SendAsync(new Letter("ada", "cyd") { Content = "after" });
            last = ApplyAsync(store, Board(store).Write(null, Decision<Note>.Put(new Note { Title = "last" }, "note_changed")));
        }

        Assert.Equal(TransitionResult.MessageRefused, (await refused).Result);
        Assert.Equal([3L, 4, 5], new[] { (await before).Rows[0].Changed, (await after).Seq, (await last).Rows[0].Changed }.Order());
        Assert.Equal(5, (await store.Log.ReadAsync(store.Project.Number, 0, 10, long.MaxValue, LogQuery.All, Cancel)).Entries.Count);
        Assert.Equal((5L, null), (store.Project.Log.Head, await FindAsync(store, "a")));
        Assert.Equal((1, (await after).Seq), (holder.Out, Assert.Single(holder.Delivered).Seq));
        Assert.Equal([DeliveryState.Queued, DeliveryState.Leased], Stages("cyd"));
        Assert.Equal([DeliveryState.Queued], Stages("dan"));
        var (bob, dan) = (await store.CountsAsync("bob"), await store.CountsAsync("dan"));
        Assert.Equal((1, 1), (bob.Queued, dan.Queued));
        Assert.Equal(old.Seq, (await store.ClaimOneAsync("dan")).Seq);
        Assert.Empty(store.Logged.Lines);

        IEnumerable<DeliveryState> Stages(string agent) =>
            store.Handover.Receipts.Where(receipt => receipt.Agent == store.Agent(agent).Number).Select(receipt => receipt.State);
    }

    [Fact]
    public async Task Of_transitions_with_messages_that_come_together_each_is_made_or_refused()
    {
        await using var store = await storage.OpenAsync(new ProjectSettings { MailboxLimit = 1 });
        await store.StoreAsync(new Letter("ada", "bob"));
        var read = await PutAsync(store, new Note { Title = "old" });
        await PutAsync(store, new Note { Title = "old", Text = "changed" });
        Task<TransitionOutcome> first, stale, full, plain, last;
        using (await store.PauseWriterAsync())
        {
            first = MakeAsync("first", "cyd");
            stale = ApplyAsync(store, [Board(store).Write(read, Decision<Note>.Put(read.Value with { Text = "late" }, "note_changed"))], new Letter("ada", "dan").In(store));
            full = MakeAsync("full", "bob");
            plain = ApplyAsync(store, Board(store).Write(null, Decision<Note>.Put(new Note { Title = "plain" }, "note_changed")));
            last = MakeAsync("last", "dan");
        }

        Assert.Equal(
            [TransitionResult.Applied, TransitionResult.Conflict, TransitionResult.MessageRefused, TransitionResult.Applied, TransitionResult.Applied],
            (await Task.WhenAll(first, stale, full, plain, last)).Select(outcome => outcome.Result));
        Assert.Equal((null, "changed", 8L), (await FindAsync(store, "full"), (await FindAsync(store, "old"))!.Value.Text, store.Project.Log.Head));
        Assert.Equal((1, 1, 1), ((await store.CountsAsync("bob")).Queued, (await store.CountsAsync("cyd")).Queued, (await store.CountsAsync("dan")).Queued));
        Assert.Empty(store.Logged.Lines);

        Task<TransitionOutcome> MakeAsync(string title, string to) =>
            ApplyAsync(store, [Board(store).Write(null, Decision<Note>.Put(new Note { Title = title }, "note_changed"))], new Letter("ada", to).In(store));
    }

    [Fact]
    public async Task A_refusal_is_answered_without_an_entry_in_the_servers_log()
    {
        await using var store = await storage.OpenAsync(new ProjectSettings { MailboxLimit = 1 });
        await store.StoreAsync(new Letter("ada", "bob"));
        var read = await PutAsync(store, new Note { Title = "a" });
        var put = Decision<Note>.Put(new Note { Title = "a" }, "note_changed");

        Assert.Equal(TransitionResult.Conflict, (await ApplyAsync(store, [Board(store).Write(null, put)], new Letter("ada", "cyd").In(store))).Result);
        Assert.Equal(TransitionResult.MessageRefused, (await ApplyAsync(store, [Board(store).Write(read, put)], new Letter("ada", "bob").In(store))).Result);
        var letter = new Letter("ada", "cyd").In(store);
        await store.Service<IProjectStore>().DeleteAsync(store.Project.Number, Cancel);
        Assert.Equal(TransitionResult.ProjectGone, (await ApplyAsync(store, [Board(store).Write(read, put)], letter)).Result);

        Assert.Empty(store.Logged.Lines);
    }
}
