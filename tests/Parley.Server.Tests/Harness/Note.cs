using System.Text.Json.Serialization;
using Parley.Server.Entities;
using Parley.Server.Tests.ExportImport;

namespace Parley.Server.Tests.Harness;

/// <summary>A noun that stands for any that a concept may have: named, marked, due, and over at some time.</summary>
internal sealed record Note
{
    public string NoteId { get; init; } = "";
    public string? Title { get; init; }
    public string Status { get; init; } = "open";
    public string Text { get; init; } = "";
    public DateTimeOffset? RemindAt { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? DoneAt { get; init; }
    public long Version { get; init; }

    /// <summary>By its title, where it has one.</summary>
    internal static EntityKind<Note> Kind { get; } = KindThat(
        (note, _) => Decision<Note>.Put(note.Value with { RemindAt = null, Status = "reminded" }, "note_reminded"));

    /// <summary>With another rule for what is due.</summary>
    internal static EntityKind<Note> KindThat(Func<Entity<Note>, DateTimeOffset, Decision<Note>> whenDue) => new()
    {
        Number = 200,
        Name = "note",
        Feed = "notes",
        RemovedType = "note_removed",
        PrefixField = "title",
        Fields = new EntityFields("note_id") { ChangedAt = "updated_at", EndedAt = "done_at", Version = "version" },
        Json = NoteJson.Default.Note,
        Example = """{"note_id": "0199e1c1-0000-7000-8000-000000000600", "title": "Buy milk", "status": "open"}""",
        NameOf = note => note.Title,
        Marks = note => [$"status={note.Status}"],
        Due = note => note.RemindAt,
        WhenDue = whenDue,
        IsOver = note => note.Status == "done",
    };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(Protocol.WireTime)])]
[JsonSerializable(typeof(Note))]
internal sealed partial class NoteJson : JsonSerializerContext;
