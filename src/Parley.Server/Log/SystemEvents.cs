namespace Parley.Server.Log;

/// <summary>An event that the server publishes. It is a view of a log entry, so nothing is written for it, and it exists as soon as its change is
/// committed.</summary>
/// <param name="Type">The event's type, such as <c>agent_joined</c>.</param>
/// <param name="Meaning">When it is published, in one sentence.</param>
internal sealed record SystemEvent(string Type, string Meaning)
{
    /// <summary>The type of its log entries, if it differs from the event's.</summary>
    internal string? EntryType { get; init; }

    /// <summary>Which of these entries it is for, if one entry type is published as several event types.</summary>
    internal Func<LogEntry, bool>? If { get; init; }

    internal bool TellsOf(LogEntry entry) => entry.Type == (EntryType ?? Type) && If?.Invoke(entry) != false;
}

/// <summary>The event types that a concept's entries are published as.</summary>
/// <param name="Noun">The type of the entries, and so of the events' data.</param>
/// <param name="Example">One of them, as JSON.</param>
internal sealed record SystemEvents(EntryKind Kind, Type Noun, string Example, IReadOnlyList<SystemEvent> All);

/// <summary>All events: those that agents publish, and the table of those that the server publishes.</summary>
internal sealed class EventCatalog
{
    private readonly SystemEvents?[] _byKind = new SystemEvents?[byte.MaxValue + 1];

    private readonly HashSet<string> _own;

    /// <exception cref="InvalidOperationException">Two concepts publish the same kind of entry.</exception>
    public EventCatalog(IEnumerable<SystemEvents> declared)
    {
        foreach (var events in declared)
        {
            if (_byKind[(byte)events.Kind] is not null)
                throw new InvalidOperationException($"The entries of kind {events.Kind} are told by two concepts.");
            _byKind[(byte)events.Kind] = events;
        }

        _own = All.SelectMany(events => events.All).Select(one => one.Type).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>In the order of the kinds' numbers.</summary>
    internal IEnumerable<SystemEvents> All => _byKind.OfType<SystemEvents>();

    /// <summary>Whether only the server publishes events of this type.</summary>
    internal bool IsTheServers(string type) => _own.Contains(type);

    /// <summary>The event type that an entry is published as; null if it is not an event.</summary>
    internal string? TypeOf(LogEntry entry)
    {
        if (entry.Kind == EntryKind.Event)
            return entry.Type;
        if (_byKind[(byte)entry.Kind] is not { } events)
            return null;
        foreach (var one in events.All)
        {
            if (one.TellsOf(entry))
                return one.Type;
        }

        return null;
    }

    /// <summary>Whether an entry is an event of one of the types wanted.</summary>
    internal bool IsEvent(LogEntry entry, EventTypes wanted) => TypeOf(entry) is { } type && wanted.Take(type);

    internal FeedSelection Selection(EventTypes wanted) => new(LogQuery.All, entry => IsEvent(entry, wanted));

    /// <summary>An entry as an event.</summary>
    /// <exception cref="InvalidOperationException">It is not an event.</exception>
    internal byte[] Show(LogEntry entry, string projectId) => entry.Kind == EntryKind.Event
        ? entry.Json
        : EventJson.OfServer(entry, TypeOf(entry) ?? throw new InvalidOperationException($"An entry of kind {entry.Kind} and type {entry.Type} is no event."), projectId);
}
