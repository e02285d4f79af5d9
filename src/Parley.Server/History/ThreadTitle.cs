using Parley.Server.Log;

namespace Parley.Server.History;

/// <summary>What a conversation is called: the title of the task or the workflow that it is about, or else what its first message says.</summary>
internal static class ThreadTitle
{
    private const int Longest = 120;

    /// <param name="opened">The entry that opened it; null if retention has removed it.</param>
    /// <param name="last">Its last message, which stands in for a title that is not there.</param>
    /// <returns>Null if there is no text at all.</returns>
    internal static string? Of(LogEntry? opened, LogEntry last)
    {
        var title = opened switch
        {
            { Kind: EntryKind.Message } => MessageJsonReader.Content(opened.Json),
            { Kind: EntryKind.Task or EntryKind.Workflow } => MessageJsonReader.Title(opened.Json) ?? MessageJsonReader.Content(last.Json),
            _ => MessageJsonReader.Content(last.Json),
        };
        return title is { Length: > Longest } ? title[..(char.IsHighSurrogate(title[Longest - 1]) ? Longest - 1 : Longest)] : title;
    }
}
