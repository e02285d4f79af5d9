namespace Parley.Server.Log;

/// <summary>Resolves names of agents and groups; implemented by the concept that knows squads.</summary>
internal interface IReaderGroups
{
    /// <summary>Whether a reader is currently among agents that are given as ids, <c>role:ROLE</c>, <c>squad:SQUAD</c>, or <c>*</c>.</summary>
    bool IsAmong(int project, Reader reader, IReadOnlyList<string> who);
}

internal static class ReaderGroups
{
    /// <summary>Whether a reader may read an entry that is open to the whole project, or to those whom it names.</summary>
    /// <remarks>Not for messages, whose access depends on their threads.</remarks>
    internal static bool MayRead(this IReaderGroups groups, LogEntry entry, Reader reader) => entry.Audience == Audience.Restricted
        ? groups.IsAmong(entry.Project, reader, RestrictedEntry.ReadersOf(entry))
        : Visibility.ByItself(entry, reader) == true;
}
