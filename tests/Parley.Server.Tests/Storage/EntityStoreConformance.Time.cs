using Parley.Server.Entities;
using Parley.Server.Storage;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>What is due, what is over, and what retention takes.</summary>
public abstract partial class EntityStoreConformance
{
    [Fact]
    public async Task Due_entities_are_handled_once_and_the_others_wait()
    {
        await using var store = await storage.OpenAsync();
        var now = store.Clock.GetUtcNow();
        await PutAsync(store, new Note { Title = "soon", RemindAt = now + TimeSpan.FromSeconds(10) });
        await PutAsync(store, new Note { Title = "late", RemindAt = now + TimeSpan.FromSeconds(20) });
        await PutAsync(store, new Note { Title = "never" });

        store.Clock.Advance(TimeSpan.FromSeconds(10));
        Assert.Null(await Due(store, Note.Kind).RunAsync(Cancel));
        Assert.Null(await Due(store, Note.Kind).RunAsync(Cancel));

        Assert.Equal(("reminded", "open", "open"), (await StatusAsync(store, "soon"), await StatusAsync(store, "late"), await StatusAsync(store, "never")));
        Assert.Equal(4L, store.Project.Log.Head);
    }

    [Fact]
    public async Task Entities_that_stay_due_or_fail_do_not_block_the_others()
    {
        await using var store = await storage.OpenAsync();
        var now = store.Clock.GetUtcNow();
        // At one time, so that they fill more than a part that nothing but their places tells apart.
        await Task.WhenAll(Enumerable.Range(0, DueEntities<Note>.PartSize + 5).Select(i => PutAsync(store, new Note { Title = $"stays {i}", RemindAt = now })));
        var bad = await PutAsync(store, new Note { Title = "bad", RemindAt = now });
        await PutAsync(store, new Note { Title = "behind", RemindAt = now.AddSeconds(1) });
        var asked = 0;
        store.Clock.Advance(TimeSpan.FromSeconds(1));

        await Due(store, Note.KindThat((note, _) =>
        {
            asked++;
            return note.Value.Title switch
            {
                "bad" => throw new InvalidOperationException("A bug."),
                "behind" => Decision<Note>.Put(note.Value with { RemindAt = null, Status = "reminded" }, "note_reminded"),
                _ => Decision<Note>.Keep,
            };
        })).RunAsync(Cancel);

        Assert.Equal(("reminded", DueEntities<Note>.PartSize + 7), (await StatusAsync(store, "behind"), asked));
        Assert.Equal($"Error: Could not handle the note {bad.Value.NoteId}, which is due; will try again. A bug.", Assert.Single(store.Logged.Lines));
    }

    [Fact]
    public async Task An_unavailable_store_ends_the_handling_of_due_entities()
    {
        await using var store = await storage.OpenAsync();
        await PutAsync(store, new Note { Title = "a", RemindAt = store.Clock.GetUtcNow() });
        await PutAsync(store, new Note { Title = "b", RemindAt = store.Clock.GetUtcNow() });
        var asked = 0;

        await Assert.ThrowsAsync<StorageUnavailableException>(async () => await Due(store, Note.KindThat((_, _) =>
        {
            asked++;
            throw new StorageUnavailableException("It is away.");
        })).RunAsync(Cancel));

        Assert.Equal((1, 0), (asked, store.Logged.Lines.Count));
    }

    [Fact]
    public async Task An_entity_that_is_over_has_its_end_time()
    {
        await using var store = await storage.OpenAsync();
        await PutAsync(store, new Note { Title = "a" });
        store.Clock.Advance(TimeSpan.FromMinutes(1));

        var done = await PutAsync(store, new Note { Title = "a", Status = "done" });

        Assert.Equal((store.Clock.GetUtcNow(), true), (done.Value.DoneAt, done.Row.IsOver));
        Assert.Equal(done.Value, (await FindAsync(store, "a"))!.Value);
    }

    [Fact]
    public async Task Retention_removes_an_ended_entity_with_its_last_entry_and_keeps_others()
    {
        await using var store = await storage.OpenAsync();
        await PutAsync(store, new Note { Title = "over" });
        await PutAsync(store, new Note { Title = "goes on" });
        await PutAsync(store, new Note { Title = "over", Status = "done" });
        store.Clock.Advance(TimeSpan.FromDays(1));
        await PutAsync(store, new Note { Title = "new" });

        Assert.False(await store.Messages.PruneAsync(store.Project.Number, store.Clock.GetUtcNow().ToUnixTimeMilliseconds() - 1, Cancel));

        Assert.Equal((true, false, false), (await FindAsync(store, "over") is null, await FindAsync(store, "goes on") is null, await FindAsync(store, "new") is null));
        Assert.Empty(await Board(store).ListAsync(new EntityQuery(store.Project.Number, Note.Kind.Number, 10) { Marks = ["status=done"] }, Cancel));
        await PutAsync(store, new Note { Title = "goes on", Text = "still" });
        Assert.Equal("still", (await FindAsync(store, "goes on"))!.Value.Text);
    }
}
