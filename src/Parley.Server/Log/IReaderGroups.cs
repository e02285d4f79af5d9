namespace Parley.Server.Log;

/// <summary>Resolves names of agents and groups; implemented by the concept that knows squads.</summary>
internal interface IReaderGroups
{
    /// <summary>Whether a reader is among agents that are named by id, <c>role:ROLE</c>, <c>squad:SQUAD</c>, or <c>*</c>: at this moment.</summary>
    bool IsAmong(int project, Reader reader, IReadOnlyList<string> who);
}

internal static class ReaderGroups
{
    /// <summary>Whether an entry that anybody in its project may read, or those whom it names, may be read by a reader.</summary>
    /// <remarks>Not for messages: of those, threads decide.</remarks>
    internal static bool MayRead(this IReaderGroups groups, LogEntry entry, Reader reader) => entry.Audience == Audience.Restricted
        ? groups.IsAmong(entry.Project, reader, RestrictedEntry.ReadersOf(entry))
        : Visibility.ByItself(entry, reader) == true;
}
