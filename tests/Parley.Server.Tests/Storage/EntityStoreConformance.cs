using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Storage;
using Parley.Server.Tests.Harness;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Storage;

/// <summary>What every <see cref="IEntityStore"/> promises.</summary>
public abstract partial class EntityStoreConformance(StorageUnderTest storage)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_entity_is_created_found_by_name_and_id_and_survives_a_restart()
    {
        await using var store = await storage.OpenAsync();
        var now = store.Clock.GetUtcNow();
        var made = await PutAsync(store, new Note { Title = "a/b", Text = "ein ❤ \"quoted\" \u0001" }, maker: "ada");

        await store.ReopenAsync();

        var found = await Board(store).FindAsync(store.Project.Number, "a/b", Cancel);
        Assert.Equal(made.Value, found!.Value);
        Assert.Equal(found.Value, (await Board(store).FindAsync(store.Project.Number, Guid.Parse(made.Value.NoteId), Cancel))!.Value);
        Assert.Equal(("ein ❤ \"quoted\" \u0001", now, now), (found.Value.Text, found.Value.CreatedAt, found.Value.UpdatedAt));
        Assert.Equal((store.Agent("ada").Number, EntryId.SeqOf(Guid.Parse(made.Value.NoteId))), (found.Row.Maker, found.Row.Made));
    }

    [Fact]
    public async Task An_id_alone_names_nothing_of_another_kind_project_or_maker()
    {
        await using var store = await storage.OpenAsync();
        var made = await PutAsync(store, new Note { Title = "a" });
        var id = Guid.Parse(made.Value.NoteId);
        var other = EntryId.Create(made.Row.MadeAt, made.Row.Made, (ulong)made.Row.IdBits ^ 1);

        Assert.Null(await store.Service<IEntityStore>().FindAsync(store.Project.Number, Note.Kind.Number + 1, id, Cancel));
        Assert.Null(await store.Service<IEntityStore>().FindAsync(store.Project.Number + 1, Note.Kind.Number, id, Cancel));
        Assert.Null(await store.Service<IEntityStore>().FindAsync(store.Project.Number, Note.Kind.Number, other, Cancel));
        Assert.Null(await store.Service<IEntityStore>().FindAsync(store.Project.Number, Note.Kind.Number + 1, "a", Cancel));
    }

    [Fact]
    public async Task Each_change_is_a_log_entry_with_the_entity_as_it_was_then()
    {
        await using var store = await storage.OpenAsync();
        var first = await PutAsync(store, new Note { Title = "a", Text = "one" }, maker: "ada");
        store.Clock.Advance(TimeSpan.FromSeconds(1.5));
        var second = await PutAsync(store, new Note { Title = "a", Text = "two" }, maker: "bob");
        await RemoveAsync(store, "a");

        var entries = (await store.Log.ReadAsync(store.Project.Number, 0, 10, long.MaxValue, LogQuery.All, Cancel)).Entries;
        Assert.Equal(["note_changed", "note_changed", "note_removed"], entries.Select(entry => entry.Type));
        Assert.Equal([first.Value, second.Value], entries.Take(2).Select(entry => JsonSerializer.Deserialize(entry.Json, NoteJson.Default.Note)));
        Assert.All(entries, entry => Assert.Equal((Note.Kind.Entry, Audience.Project, first.Row.Made), (entry.Kind, entry.Audience, entry.Subject)));
        Assert.Equal([store.Agent("ada").Number, store.Agent("bob").Number, 0], entries.Select(entry => entry.Sender));
        Assert.Equal([1L, 2, 3], entries.Select(entry => entry.Seq));
        // What readers get at once and what they read later are the same bytes.
        Assert.All(entries, entry => Assert.Equal(Encoding.UTF8.GetString(store.Project.Log.Find(entry.Seq)!.Json), Encoding.UTF8.GetString(entry.Json)));
        Assert.All(entries, entry => Assert.DoesNotContain(entry.Json, letter => letter < 0x20));
    }

    [Fact]
    public async Task A_change_to_an_entity_that_has_changed_since_is_a_conflict_and_changes_nothing()
    {
        await using var store = await storage.OpenAsync();
        var read = await PutAsync(store, new Note { Title = "a", Text = "one" });
        await PutAsync(store, new Note { Title = "a", Text = "two" });

        var outcome = await ApplyAsync(store, Board(store).Write(read, Decision<Note>.Put(read.Value with { Text = "late" }, "note_changed")));

        Assert.Equal(TransitionResult.Conflict, outcome.Result);
        Assert.Equal(("two", 2L), ((await FindAsync(store, "a"))!.Value.Text, store.Project.Log.Head));
    }

    [Fact]
    public async Task A_reused_name_is_not_mistaken_for_the_old_entity()
    {
        await using var store = await storage.OpenAsync();
        var read = await PutAsync(store, new Note { Title = "a", Text = "one" });
        await RemoveAsync(store, "a");
        await PutAsync(store, new Note { Title = "a", Text = "another" });

        Assert.Equal(TransitionResult.Conflict, (await ApplyAsync(store, Board(store).Write(read, Decision<Note>.Put(read.Value, "note_changed")))).Result);
        Assert.Equal(TransitionResult.Conflict, (await ApplyAsync(store, Board(store).Write(read, Decision<Note>.Remove("note_removed")))).Result);
        Assert.Equal("another", (await FindAsync(store, "a"))!.Value.Text);
    }

    [Fact]
    public async Task Simultaneous_increments_are_not_lost()
    {
        await using var store = await storage.OpenAsync();
        await PutAsync(store, new Note { Title = "n", Text = "0" });

        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Board(store).ChangeAsync(store.Project.Number, "n", sender: 0, OneMore, Cancel).AsTask()));

        Assert.Equal(("16", 17L), ((await FindAsync(store, "n"))!.Value.Text, store.Project.Log.Head));
    }

    [Fact]
    public async Task Callers_that_conflicted_take_turns()
    {
        const int many = 32;
        await using var store = await storage.OpenAsync();
        await PutAsync(store, new Note { Title = "n", Text = "0" });
        var counted = new MeetingStore(store.Service<IEntityStore>(), many);
        var board = new EntityBoard<Note>(Note.Kind, counted);

        await Task.WhenAll(Enumerable.Range(0, many).Select(_ => board.ChangeAsync(store.Project.Number, "n", sender: 0, OneMore, Cancel).AsTask()));

        Assert.Equal(($"{many}", many + 1L), ((await FindAsync(store, "n"))!.Value.Text, store.Project.Log.Head));
        // Each once in vain, and once in its turn; only one of them got through at first.
        Assert.Equal((2 * many) - 1, counted.Applied);
    }

    [Fact]
    public async Task Only_one_of_many_simultaneous_callers_creates_a_name()
    {
        await using var store = await storage.OpenAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Board(store).ChangeAsync(
            store.Project.Number, "a", sender: 0,
            present => present is null ? Decision<Note>.Put(new Note { Title = "a", Text = $"{i}" }, "note_changed") : Decision<Note>.Refuse(Problems.AlreadyExists("note", "a")),
            Cancel).AsTask()));

        var made = Assert.Single(results, result => result.Problem is null);
        Assert.Equal((made.Value!.Value, 1L), ((await FindAsync(store, "a"))!.Value, store.Project.Log.Head));
    }

    [Fact]
    public async Task Several_entities_change_together_or_not_at_all()
    {
        await using var store = await storage.OpenAsync();
        var board = Board(store);
        var a = await PutAsync(store, new Note { Title = "a" });
        var b = await PutAsync(store, new Note { Title = "b" });
        await PutAsync(store, new Note { Title = "b", Text = "changed" });
        var change = Decision<Note>.Put(a.Value with { Text = "both" }, "note_changed");

        Assert.Equal(TransitionResult.Conflict, (await ApplyAsync(store, board.Write(a, change), board.Write(b, Decision<Note>.Remove("note_removed")))).Result);
        Assert.Equal("", (await FindAsync(store, "a"))!.Value.Text);

        b = (await FindAsync(store, "b"))!;
        var outcome = await ApplyAsync(
            store, board.Write(a, change), board.Write(b, Decision<Note>.Remove("note_removed")), board.Write(null, Decision<Note>.Put(new Note { Title = "c" }, "note_changed")));
        Assert.Equal((TransitionResult.Applied, "4,5,6"), (outcome.Result, string.Join(',', outcome.Rows.Select(row => row.Changed))));
        Assert.Equal(("both", true, true), ((await FindAsync(store, "a"))!.Value.Text, await FindAsync(store, "b") is null, await FindAsync(store, "c") is not null));
    }

    [Fact]
    public async Task A_taken_name_is_refused_and_nobody_retries_forever()
    {
        await using var store = await storage.OpenAsync();
        var a = await PutAsync(store, new Note { Title = "a" });
        await PutAsync(store, new Note { Title = "b", Text = "its own" });
        var asB = Decision<Note>.Put(new Note { Title = "b" }, "note_changed");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromMinutes(1));

        Assert.Equal(TransitionResult.Conflict, (await ApplyAsync(store, Board(store).Write(a, asB))).Result);
        Assert.Equal(TransitionResult.Conflict, (await ApplyAsync(store, [Board(store).Write(a, asB)], new Letter("ada", "bob").In(store))).Result);
        Assert.Equal(ErrorCodes.Conflict, (await Board(store).ChangeAsync(store.Project.Number, "a", sender: 0, _ => asB, limit.Token)).Problem?.Code);
        Assert.Equal(ErrorCodes.Conflict, (await Board(store).ChangeAsync(store.Project.Number, a.Row.Id, sender: 0, _ => asB, limit.Token)).Problem?.Code);
        Assert.Equal(ErrorCodes.Conflict, (await Board(store).ChangeAsync(store.Project.Number, "none", sender: 0, _ => asB, limit.Token)).Problem?.Code);
        Assert.Equal(ErrorCodes.Conflict, (await Board(store).AddAsync(store.Project.Number, sender: 0, asB, Cancel)).Problem?.Code);

        Assert.Equal((2L, a.Value, "its own"), (store.Project.Log.Head, (await FindAsync(store, "a"))?.Value, (await FindAsync(store, "b"))?.Value.Text));
        Assert.Empty(store.Logged.Lines);
        // A free one is had, and leaves the old one free.
        var asC = Decision<Note>.Put(new Note { Title = "c" }, "note_changed");
        Assert.Equal("c", (await Board(store).ChangeAsync(store.Project.Number, "a", sender: 0, _ => asC, limit.Token)).Value?.Value.Title);
        Assert.Equal((a.Row.Made, null), ((await FindAsync(store, "c"))?.Row.Made, await FindAsync(store, "a")));
    }

    [Fact]
    public async Task A_conflict_sends_no_message()
    {
        await using var store = await storage.OpenAsync();
        var read = await PutAsync(store, new Note { Title = "a" });
        await PutAsync(store, new Note { Title = "a", Text = "changed" });

        var outcome = await ApplyAsync(store, [Board(store).Write(read, Decision<Note>.Remove("note_removed"))], new Letter("ada", "bob").In(store));

        Assert.Equal((TransitionResult.Conflict, 0, 2L), (outcome.Result, (await store.CountsAsync("bob")).Queued, store.Project.Log.Head));
    }

    [Fact]
    public async Task A_change_in_a_deleted_project_is_refused()
    {
        await using var store = await storage.OpenAsync();
        var read = await PutAsync(store, new Note { Title = "a" });
        var letter = new Letter("ada", "bob").In(store);
        // As another node deletes it: here nobody has heard of that.
        await store.Service<IProjectStore>().DeleteAsync(store.Project.Number, Cancel);
        var put = Decision<Note>.Put(new Note { Title = "a" }, "note_changed");

        Assert.Equal(TransitionResult.ProjectGone, (await ApplyAsync(store, Board(store).Write(null, put))).Result);
        Assert.Equal(TransitionResult.ProjectGone, (await ApplyAsync(store, Board(store).Write(read, put))).Result);
        Assert.Equal(TransitionResult.ProjectGone, (await ApplyAsync(store, [Board(store).Write(null, put)], letter)).Result);
        // Nobody asks for ever.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        Assert.Equal(ErrorCodes.NotFound, (await Board(store).ChangeAsync(store.Project.Number, "a", sender: 0, _ => put, limit.Token)).Problem?.Code);
        Assert.Equal(ErrorCodes.NotFound, (await Board(store).AddAsync(store.Project.Number, sender: 0, put, Cancel)).Problem?.Code);
    }

    [Fact]
    public async Task A_creation_with_a_message_that_cannot_be_stored_is_refused()
    {
        await using var store = await storage.OpenAsync(new ProjectSettings { MailboxLimit = 1 });
        var made = Decision<Note>.Put(new Note(), "note_changed").Sending(new Letter("ada", "bob").In(store));

        Assert.Null((await Board(store).AddAsync(store.Project.Number, sender: 0, made, Cancel)).Problem);
        Assert.Equal(ErrorCodes.Conflict, (await Board(store).AddAsync(store.Project.Number, sender: 0, made, Cancel)).Problem?.Code);
        Assert.Equal((2L, 1), (store.Project.Log.Head, (await store.CountsAsync("bob")).Queued));
    }

    [Fact]
    public async Task Lists_are_newest_first_in_pages_and_by_marks()
    {
        await using var store = await storage.OpenAsync();
        foreach (var (title, status) in new[] { ("a", "open"), ("b", "done"), ("c", "open"), ("d", "open") })
            await PutAsync(store, new Note { Title = title, Status = status });
        await PutAsync(store, new Note { Title = "d", Status = "done" });

        Assert.Equal("d,c,b,a", await ListAsync(new EntityQuery(store.Project.Number, Note.Kind.Number, 10)));
        Assert.Equal("c,a", await ListAsync(new EntityQuery(store.Project.Number, Note.Kind.Number, 10) { Marks = ["status=open"] }));
        Assert.Equal("d,b", await ListAsync(new EntityQuery(store.Project.Number, Note.Kind.Number, 10) { Marks = ["status=done"] }));
        Assert.Equal("", await ListAsync(new EntityQuery(store.Project.Number, Note.Kind.Number, 10) { Marks = ["status=open", "status=done"] }));
        Assert.Equal("", await ListAsync(new EntityQuery(store.Project.Number, Note.Kind.Number + 1, 10) { Marks = ["status=open"] }));
        Assert.Equal("", await ListAsync(new EntityQuery(store.Project.Number + 1, Note.Kind.Number, 10)));
        Assert.Equal("d,c", await ListAsync(new EntityQuery(store.Project.Number, Note.Kind.Number, 2)));
        Assert.Equal("b,a", await ListAsync(new EntityQuery(store.Project.Number, Note.Kind.Number, 2) { Below = (await FindAsync(store, "c"))!.Row.Made }));

        await RemoveAsync(store, "b");
        Assert.Equal("d", await ListAsync(new EntityQuery(store.Project.Number, Note.Kind.Number, 10) { Marks = ["status=done"] }));

        async Task<string> ListAsync(EntityQuery query) => string.Join(',', (await Board(store).ListAsync(query, Cancel)).Select(note => note.Value.Title));
    }

    [Fact]
    public async Task Lists_by_prefix_are_in_byte_order_of_names()
    {
        await using var store = await storage.OpenAsync();
        foreach (var title in new[] { "x/b", "x/a", "x", "y", "x/é", "x/Z", "x/\U0001F600", "x/\uFFFD", "a" })
            await PutAsync(store, new Note { Title = title, Status = title == "x/b" ? "done" : "open" });

        Assert.Equal("x/Z,x/a,x/b,x/é,x/\uFFFD,x/\U0001F600", await ListAsync("x/"));
        Assert.Equal("x/\U0001F600", await ListAsync("x/\U0001F600"));
        Assert.Equal("x/b", await ListAsync("x/", marks: "status=done"));
        Assert.Equal("x/a,x/b", await ListAsync("x/", after: "x/Z", max: 2));
        Assert.Equal("a,x,x/Z", await ListAsync("", max: 3));
        Assert.Equal("", await ListAsync("z"));

        async Task<string> ListAsync(string prefix, string? after = null, int max = 20, params string[] marks) => string.Join(',', (await Board(store).ListAsync(
            new EntityQuery(store.Project.Number, Note.Kind.Number, max) { Prefix = prefix, AfterName = after, Marks = marks }, Cancel)).Select(note => note.Value.Title));
    }

    private static EntityBoard<Note> Board(StoreScope store) => new(Note.Kind, store.Service<IEntityStore>());

    private static DueEntities<Note> Due(StoreScope store, EntityKind<Note> kind) => new(
        kind, new EntityBoard<Note>(kind, store.Service<IEntityStore>()), store.Service<IEntityStore>(), [], store.Clock, new Logger<DueEntities<Note>>(store.Logged));

    private static Decision<Note> OneMore(Entity<Note>? present) => Decision<Note>.Put(
        present!.Value with { Text = (int.Parse(present.Value.Text, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture) }, "note_changed");

    private static async Task<string> StatusAsync(StoreScope store, string title) => (await FindAsync(store, title))!.Value.Status;

    private static ValueTask<Entity<Note>?> FindAsync(StoreScope store, string title) => Board(store).FindAsync(store.Project.Number, title, Cancel);

    private static async Task<Entity<Note>> PutAsync(StoreScope store, Note note, string? maker = null)
    {
        var result = await Board(store).ChangeAsync(
            store.Project.Number, note.Title!, maker is null ? 0 : store.Agent(maker).Number, _ => Decision<Note>.Put(note, "note_changed"), Cancel);
        return result.Value!;
    }

    private static async Task RemoveAsync(StoreScope store, string title) =>
        Assert.Null((await Board(store).ChangeAsync(store.Project.Number, title, sender: 0, _ => Decision<Note>.Remove("note_removed"), Cancel)).Value);

    private static Task<TransitionOutcome> ApplyAsync(StoreScope store, params EntityWrite[] writes) => ApplyAsync(store, writes, []);

    private static async Task<TransitionOutcome> ApplyAsync(StoreScope store, EntityWrite[] writes, params IOutgoingMessage[] messages) =>
        await store.Service<IEntityStore>().ApplyAsync(new Transition(store.Project.Number, Sender: 0, writes) { Messages = messages }, Cancel);
}

public sealed class SqliteEntityStoreTests() : EntityStoreConformance(new OnSqlite());

public sealed class PostgresEntityStoreTests(PostgresDatabases databases) : EntityStoreConformance(new OnPostgres(databases));
