using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Parley.Server.Log;
using Parley.Server.Rest;

namespace Parley.Server.Entities;

/// <summary>A kind of versioned entities with a JSON body, as declared by its concept. Its feed, its name on event streams, its lists, due handling,
/// export, and deletion with the project follow from the declaration.</summary>
internal abstract class EntityKind
{
    /// <summary>The smallest number of a kind. The number is stored as the kind of its log entries, so it is never reused for another kind.</summary>
    internal const int First = 8;

    private readonly ConditionalWeakTable<LogEntry, StreamEvent> _shown = [];

    /// <inheritdoc cref="First"/>
    internal required int Number { get; init; }

    /// <summary>The singular, in text and on event streams: <c>memory</c>.</summary>
    internal required string Name { get; init; }

    /// <summary>The name of the feed: <c>memory</c>, <c>tasks</c>.</summary>
    internal required string Feed { get; init; }

    /// <summary>The fields of its noun that only the store fills in.</summary>
    internal required EntityFields Fields { get; init; }

    /// <summary>The type of the log entry for a removal.</summary>
    internal required string RemovedType { get; init; }

    /// <summary>The type of the log entry for an expiration; null if the kind does not expire.</summary>
    internal string? ExpiredType { get; init; }

    /// <summary>The type of the log entries that show an entity's new state. Only for kinds whose entities have access control.</summary>
    internal string? UpdatedType { get; init; }

    /// <summary>The frames for changes and removals, for connections that asked for them; null if there are none.</summary>
    internal (string Changed, string Gone)? Notices
    {
        init => (_changed, _gone) = value is { } names ? (Encoding.ASCII.GetBytes(names.Changed), Encoding.ASCII.GetBytes(names.Gone)) : (null, null);
    }

    private readonly byte[]? _changed;
    private readonly byte[]? _gone;

    /// <summary>The field of its noun that the filter <c>prefix</c> of lists and feeds applies to (the name); null if there is no such
    /// filter.</summary>
    internal string? PrefixField { get; init; }

    /// <summary>Reads the filters of a feed: the parameters of the list. By default, there are none.</summary>
    internal Func<QueryReader, EntityFilter> Filter { get; init; } = static _ => EntityFilter.None;

    /// <summary>True if messages can belong to one, so that its entries and its messages are on one stream.</summary>
    internal bool OwnsItsMessages { get; init; }

    /// <summary>Who may read the entities that do not name readers themselves.</summary>
    internal Audience Audience { get; init; } = Audience.Project;

    /// <summary>The JSON that clients see.</summary>
    internal abstract Type Noun { get; }

    /// <summary>An example as JSON, as it would really look.</summary>
    internal required string Example { get; init; }

    /// <summary>Which of its entries are published as events, and as which types. The documentation lists them.</summary>
    internal IReadOnlyList<SystemEvent> Events { get; init; } = [];

    /// <summary>What a stream shows for an entry; by default, the entity as it was then, under the kind's name or that of its removal.</summary>
    internal Func<LogEntry, StreamEvent>? OnStream { get; init; }

    internal EntryKind Entry => (EntryKind)Number;

    /// <summary>Whether an entry is a removal.</summary>
    internal bool IsEnd(LogEntry entry) => entry.Type == RemovedType || (ExpiredType is not null && entry.Type == ExpiredType);

    /// <summary>The name of the frame for an entry; null if there is none.</summary>
    internal byte[]? NoticeOf(LogEntry entry) => IsEnd(entry) ? _gone : _changed;

    /// <summary>An entry as an event of a stream, created once for all readers.</summary>
    internal StreamEvent Show(LogEntry entry) => _shown.TryGetValue(entry, out var shown) ? shown : _shown.GetValue(entry, Shown);

    private StreamEvent Shown(LogEntry entry) =>
        OnStream is null ? new StreamEvent(IsEnd(entry) ? entry.Type! : Name, entry.Json) : OnStream(entry);
}

/// <inheritdoc/>
/// <typeparam name="T">The noun of the wire, which is also what rules work on.</typeparam>
internal sealed class EntityKind<T> : EntityKind
    where T : class
{
    internal override Type Noun => typeof(T);

    private readonly ConditionalWeakTable<LogEntry, IReadOnlyList<string>> _marks = [];

    internal required JsonTypeInfo<T> Json { get; init; }

    internal T Read(byte[] json) => JsonSerializer.Deserialize(json, Json)!;

    /// <summary>Whether an entity has marks, according to its log entry. The marks of an entry are computed once, for everybody.</summary>
    internal bool HasMarks(LogEntry entry, IReadOnlyList<string> marks) =>
        marks.Count == 0 || marks.All((_marks.TryGetValue(entry, out var has) ? has : _marks.GetValue(entry, shown => Marks(Read(shown.Json)))).Contains);

    /// <summary>The name of an entity, unique in its project; null if it has only an id. Absent if the noun does not say: then an entity keeps the name
    /// with which it was created.</summary>
    internal Func<T, string?>? NameOf { get; init; }

    /// <summary>A decided value with the fields that the store fills in, for kinds that change so often that it pays not to read their JSON again.
    /// The result equals what <see cref="Read"/> would give.</summary>
    internal Func<T, EntityRow, T>? Filled { get; init; }

    /// <summary>Which agents may read an entity, by id, <c>role:ROLE</c>, <c>squad:SQUAD</c>; null for all agents in the project. The noun has it in
    /// <c>access_control.read</c>, where readers of its entries find it. Absent if the kind has no access control.</summary>
    internal Func<T, IReadOnlyList<string>?>? Readers { get; init; }

    /// <summary>The search keys (marks) of an entity, such as <c>status=completed</c>.</summary>
    internal Func<T, IReadOnlyList<string>> Marks { get; init; } = static _ => [];

    /// <summary>When an entity is due next; null for never. Absent if the kind has no due times.</summary>
    internal Func<T, DateTimeOffset?>? Due { get; init; }

    /// <summary>The rule for due entities. Runs again after a crash or a conflict, so it is a pure function, like every rule.</summary>
    internal Func<Entity<T>, DateTimeOffset, Decision<T>> WhenDue { get; init; } = static (_, _) => Decision<T>.Keep;

    /// <summary>True if an entity has ended: retention then removes it together with its last log entry.</summary>
    internal Func<T, bool> IsOver { get; init; } = static _ => false;
}

/// <summary>Names of the fields that the store fills in; null if the noun does not have them.</summary>
/// <param name="Id">A UUIDv7 that contains the place of the entry that created it; null if it has only a name.</param>
internal sealed record EntityFields(string? Id)
{
    /// <summary>The thread of its messages. The entity opens the thread, so the thread has the entity's id.</summary>
    internal string? Thread { get; init; }

    internal string? CreatedAt { get; init; } = "created_at";

    internal string? ChangedAt { get; init; }

    /// <summary>When it ended; null until then.</summary>
    internal string? EndedAt { get; init; }

    /// <summary>The seq of its last change. It increases with every change, even if a name is reused after a deletion, so an old version never
    /// matches a new entity.</summary>
    internal string? Version { get; init; }

    /// <summary>The seq of the entry that created it. It never changes, and a later entity has a higher one.</summary>
    internal string? Place { get; init; }

    /// <summary>A list that only the log entry of a change has; empty elsewhere.</summary>
    internal string? Told { get; init; }

    /// <summary>A secret that is stored with the entity. Log entries and feeds leave it out.</summary>
    internal string? Secret { get; init; }

    /// <summary>Fields that the concept stores elsewhere and fills in when asked for an entity. Log entries and feeds leave them out.</summary>
    internal IReadOnlyList<string> KeptBeside { get; init; } = [];

    internal bool Has(ReadOnlySpan<byte> name) =>
        Is(name, Id) || Is(name, Thread) || Is(name, Told) || Is(name, CreatedAt) || Is(name, ChangedAt) || Is(name, EndedAt) || Is(name, Version) || Is(name, Place)
        || IsKeptBeside(name);

    private bool IsKeptBeside(ReadOnlySpan<byte> name)
    {
        foreach (var field in KeptBeside)
        {
            if (Is(name, field))
                return true;
        }

        return false;
    }

    private static bool Is(ReadOnlySpan<byte> name, string? field) => field is not null && System.Text.Ascii.Equals(name, field);
}
