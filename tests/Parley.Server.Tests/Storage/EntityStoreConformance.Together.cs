using System.Globalization;
using Parley.Server.Entities;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>Entities that are read together.</summary>
public abstract partial class EntityStoreConformance
{
    [Fact]
    public async Task An_entity_is_found_with_others_in_the_order_of_their_names()
    {
        await using var store = await storage.OpenAsync();
        var whole = await PutAsync(store, new Note { Title = "w" });
        foreach (var title in new[] { "w/b", "w/a", "w", "x", "v/a", "w0" })
            await PutAsync(store, new Note { Title = title });

        Assert.Equal(["w", "w/a", "w/b"], await TitlesAsync(store, Guid.Parse(whole.Value.NoteId)));
        await RemoveAsync(store, "w");
        Assert.Empty(await TitlesAsync(store, Guid.Parse(whole.Value.NoteId)));
    }

    [Fact]
    public async Task Entities_that_are_found_together_are_as_they_were_at_the_same_moment()
    {
        const int changes = 200, parts = 3;
        await using var store = await storage.OpenAsync();
        var notes = new List<Entity<Note>> { await PutAsync(store, new Note { Title = "w", Text = "0" }) };
        for (var i = 0; i < parts; i++)
            notes.Add(await PutAsync(store, new Note { Title = $"w/{i}", Text = "0" }));
        var id = Guid.Parse(notes[0].Value.NoteId);

        var changing = Task.Run(async () =>
        {
            for (var n = 1; n <= changes; n++)
            {
                var text = n.ToString(CultureInfo.InvariantCulture);
                var next = notes.Select(note => note.Value with { Text = text }).ToList();
                var outcome = await ApplyAsync(store, [.. notes.Select((note, i) => Board(store).Write(note, Decision<Note>.Put(next[i], "note_changed")))]);
                notes = [.. outcome.Rows.Select((row, i) => Board(store).Written(row, next[i]))];
            }
        }, Cancel);
        var seen = new HashSet<string>();
        while (!changing.IsCompleted)
        {
            var found = await store.Service<IEntityStore>().FindWithAsync(store.Project.Number, Note.Kind.Number, id, Note.Kind.Number, "w/", Cancel);
            Assert.Equal(parts + 1, found.Count);
            seen.Add(Assert.Single(found.Select(row => Board(store).Read(row).Value.Text).Distinct()));
        }

        await changing;
        Assert.True(seen.Count > 1, "Nothing changed while it was read.");
    }

    [Fact]
    public async Task A_mark_can_be_removed_from_an_entity_that_does_not_change()
    {
        await using var store = await storage.OpenAsync();
        var (one, _) = (await PutAsync(store, new Note { Title = "a" }), await PutAsync(store, new Note { Title = "b" }));

        await store.Service<IEntityStore>().RemoveMarkAsync(store.Project.Number, Note.Kind.Number, one.Row.Made, "status=open", Cancel);
        await store.Service<IEntityStore>().RemoveMarkAsync(store.Project.Number, Note.Kind.Number, one.Row.Made, "status=open", Cancel);

        var left = await Board(store).ListAsync(new EntityQuery(store.Project.Number, Note.Kind.Number, 10) { Marks = ["status=open"] }, Cancel);
        Assert.Equal("b", Assert.Single(left).Value.Title);
        Assert.Equal(one.Row.Changed, (await FindAsync(store, "a"))!.Row.Changed);
    }

    private static async Task<IReadOnlyList<string?>> TitlesAsync(StoreScope store, Guid id) =>
    [
        .. (await store.Service<IEntityStore>().FindWithAsync(store.Project.Number, Note.Kind.Number, id, Note.Kind.Number, "w/", Cancel))
            .Select(row => row.Name),
    ];
}
