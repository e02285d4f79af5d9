using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using Parley.Server.Log;

namespace Parley.Server.Entities;

/// <summary>A kind of versioned things with a JSON body, as its concept declares it. From the declaration come its feed, its name on event
/// streams, its lists, what happens when one is due, its export and its end with its project.</summary>
internal abstract class EntityKind
{
    /// <summary>The smallest number of a kind. Stored, as the kind of its log entries: a number is never given to another kind.</summary>
    internal const int First = 8;

    private readonly ConditionalWeakTable<LogEntry, StreamEvent> _shown = [];

    /// <inheritdoc cref="First"/>
    internal required int Number { get; init; }

    /// <summary>One of them, in words and as an event of a stream: <c>memory</c>.</summary>
    internal required string Name { get; init; }

    /// <summary>All of them, as a feed: <c>memory</c>, <c>tasks</c>.</summary>
    internal required string Feed { get; init; }

    /// <summary>The fields of its noun that the store knows, and nobody else says.</summary>
    internal required EntityFields Fields { get; init; }

    /// <summary>The type of the log entry that says that one is gone.</summary>
    internal required string RemovedType { get; init; }

    /// <summary>The type of the log entry that says that one is gone because its time was over; null: none goes by itself.</summary>
    internal string? ExpiredType { get; init; }

    /// <summary>The frames that tell connections which asked for it of a change and of an end; null: there are none.</summary>
    internal (string Changed, string Gone)? Notices
    {
        init => (_changed, _gone) = value is { } names ? (Encoding.ASCII.GetBytes(names.Changed), Encoding.ASCII.GetBytes(names.Gone)) : (null, null);
    }

    private readonly byte[]? _changed;
    private readonly byte[]? _gone;

    /// <summary>The field of its noun that lists and feeds can be narrowed by, as <c>prefix</c>: the name. Null: they cannot.</summary>
    internal string? PrefixField { get; init; }

    /// <summary>True where messages are sent into one and belong to it: its own entries then stand with them, on one stream.</summary>
    internal bool OwnsItsMessages { get; init; }

    /// <summary>What everybody sees of one.</summary>
    internal abstract Type Noun { get; }

    /// <summary>One of them as JSON, as it would really look.</summary>
    internal required string Example { get; init; }

    /// <summary>Which of its entries are told as events, and as which. The documentation lists them.</summary>
    internal IReadOnlyList<SystemEvent> Events { get; init; } = [];

    /// <summary>What a stream shows of an entry; if absent the thing as it was then, under the kind's name or that of its removal.</summary>
    internal Func<LogEntry, StreamEvent>? OnStream { get; init; }

    internal EntryKind Entry => (EntryKind)Number;

    /// <summary>Whether an entry says that one is gone.</summary>
    internal bool IsEnd(LogEntry entry) => entry.Type == RemovedType || (ExpiredType is not null && entry.Type == ExpiredType);

    /// <summary>The name of the frame that tells of an entry; null: none does.</summary>
    internal byte[]? NoticeOf(LogEntry entry) => IsEnd(entry) ? _gone : _changed;

    /// <summary>An entry as an event of a stream, made once for all who read it.</summary>
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

    internal required JsonTypeInfo<T> Json { get; init; }

    /// <summary>The name by which one is found, unique in its project; null where the id is its only name.</summary>
    internal Func<T, string?> NameOf { get; init; } = static _ => null;

    /// <summary>Which agents may read one, by id, <c>role:ROLE</c>, <c>squad:SQUAD</c>; null: all of the project. Its noun says it in
    /// <c>access_control.read</c>, where readers of its entries find it. Absent: no kind but says so.</summary>
    internal Func<T, IReadOnlyList<string>?>? Readers { get; init; }

    /// <summary>What one can be listed by, as <c>status=completed</c>.</summary>
    internal Func<T, IReadOnlyList<string>> Marks { get; init; } = static _ => [];

    /// <summary>When one is next to be looked at, or null: never. Absent: none ever is, and nobody looks.</summary>
    internal Func<T, DateTimeOffset?>? Due { get; init; }

    /// <summary>What becomes of one that is due. Runs again after a crash or a conflict: a pure function, as every rule.</summary>
    internal Func<Entity<T>, DateTimeOffset, Decision<T>> WhenDue { get; init; } = static (_, _) => Decision<T>.Keep;

    /// <summary>True for what has come to its end: it goes from the store with its last entry of the log.</summary>
    internal Func<T, bool> IsOver { get; init; } = static _ => false;
}

/// <summary>Names of the fields that the store fills in; null: the noun has none.</summary>
/// <param name="Id">A UUIDv7 that leads to the entry by which the thing was made; null: it is known by its name alone.</param>
internal sealed record EntityFields(string? Id)
{
    /// <summary>The thread of the messages that belong to one: the thing itself opens it, so it has the thing's id.</summary>
    internal string? Thread { get; init; }

    internal string? CreatedAt { get; init; } = "created_at";

    internal string? ChangedAt { get; init; }

    /// <summary>The time of the change after which it is over; null until then.</summary>
    internal string? EndedAt { get; init; }

    /// <summary>The seq of the change that made it what it is: it rises with every change, also where a name is taken anew after a deletion,
    /// so that what was read before cannot be mistaken for what is there now.</summary>
    internal string? Version { get; init; }

    /// <summary>A list that is told once, by the entry of a change, and not kept with the thing: empty elsewhere.</summary>
    internal string? Told { get; init; }

    internal bool Has(ReadOnlySpan<byte> name) =>
        Is(name, Id) || Is(name, Thread) || Is(name, Told) || Is(name, CreatedAt) || Is(name, ChangedAt) || Is(name, EndedAt) || Is(name, Version);

    private static bool Is(ReadOnlySpan<byte> name, string? field) => field is not null && System.Text.Ascii.Equals(name, field);
}
