using Parley.Server.Entities;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>What a transition rests on and does not change, and what an entry came after.</summary>
public abstract partial class EntityStoreConformance
{
    [Fact]
    public async Task A_transition_is_refused_if_something_that_it_depends_on_has_changed()
    {
        await using var store = await storage.OpenAsync();
        var (a, b) = (await PutAsync(store, new Note { Title = "a" }), await PutAsync(store, new Note { Title = "b" }));

        var fresh = await RestAsync(a, b);
        var c = await PutAsync(store, new Note { Title = "c" });
        await PutAsync(store, new Note { Title = "b", Text = "other" });
        var changed = await RestAsync(c, b);
        var gone = await PutAsync(store, new Note { Title = "d" });
        await RemoveAsync(store, "d");
        var removed = await RestAsync(c, gone);

        Assert.Equal((TransitionResult.Applied, TransitionResult.Conflict, TransitionResult.Conflict), (fresh, changed, removed));
        Assert.Equal(("late", ""), ((await FindAsync(store, "a"))!.Value.Text, (await FindAsync(store, "c"))!.Value.Text));

        async Task<TransitionResult> RestAsync(Entity<Note> note, Entity<Note> on)
        {
            var write = Board(store).Write(note, Decision<Note>.Put(note.Value with { Text = "late" }, "note_changed"));
            return (await store.Service<IEntityStore>().ApplyAsync(new Transition(store.Project.Number, Sender: 0, [write]) { Unchanged = [on.Row] }, Cancel)).Result;
        }
    }

    [Fact]
    public async Task The_entry_before_another_is_found()
    {
        await using var store = await storage.OpenAsync();
        var notes = new List<Entity<Note>>();
        foreach (var text in new[] { "one", "two", "three" })
            notes.Add(await PutAsync(store, new Note { Title = "a", Text = text }));
        var type = store.Project.Log.Find(notes[2].Version)!.Type!;

        var before = await store.Service<IEntityStore>().HistoryAsync(store.Project.Number, notes[0].Row.Made, type, below: notes[2].Version, max: 1, Cancel);

        Assert.Equal(notes[1].Version, Assert.Single(before).Seq);
    }
}
