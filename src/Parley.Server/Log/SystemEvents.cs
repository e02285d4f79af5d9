namespace Parley.Server.Log;

/// <summary>An event that the server publishes by itself. It is an entry of the log, told: nothing is written for it, and it is there in the
/// commit of the change that it tells of.</summary>
/// <param name="Type">The event's type, as <c>agent_joined</c>.</param>
/// <param name="Meaning">When it is told, in one sentence.</param>
internal sealed record SystemEvent(string Type, string Meaning)
{
    /// <summary>The type of its entries, where that is another than the event's.</summary>
    internal string? EntryType { get; init; }

    /// <summary>Which of these entries it tells of, where one type of entry is told as several.</summary>
    internal Func<LogEntry, bool>? If { get; init; }

    internal bool TellsOf(LogEntry entry) => entry.Type == (EntryType ?? Type) && If?.Invoke(entry) != false;
}

/// <summary>The events that a concept's entries are told as.</summary>
/// <param name="Noun">What the entries, and so the events' data, are.</param>
/// <param name="Example">One of them, as JSON.</param>
internal sealed record SystemEvents(EntryKind Kind, Type Noun, string Example, IReadOnlyList<SystemEvent> All);

/// <summary>All events that there are: what agents publish, and the table of what the server tells by itself.</summary>
internal sealed class EventCatalog
{
    private readonly SystemEvents?[] _byKind = new SystemEvents?[byte.MaxValue + 1];

    private readonly HashSet<string> _own;

    /// <exception cref="InvalidOperationException">Two concepts tell of one kind of entry.</exception>
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

    /// <summary>The type of the event that an entry is told as; null: it is no event.</summary>
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
    /// <exception cref="InvalidOperationException">It is no event.</exception>
    internal byte[] Show(LogEntry entry, string projectId) => entry.Kind == EntryKind.Event
        ? entry.Json
        : EventJson.OfServer(entry, TypeOf(entry) ?? throw new InvalidOperationException($"An entry of kind {entry.Kind} and type {entry.Type} is no event."), projectId);
}
