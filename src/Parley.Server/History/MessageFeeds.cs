using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>The feed <c>messages</c>: every message that its reader may read, filtered as lists are.</summary>
internal sealed class MessageFeed(IMessageHistory history, ProjectDirectory projects) : IFeedSource
{
    private const int SnapshotSize = 100;

    public string Name => "messages";

    public Result<Feed> Open(ProjectLog project, JsonElement filter)
    {
        if (!JsonInput.TryRead<MessageFeedFilter>(filter.ValueKind == JsonValueKind.Null ? "{}"u8 : JsonSerializer.SerializeToUtf8Bytes(filter, WireJson.Strict.JsonElement), out var wanted, out var problem))
            return problem;
        problem = new Validation().Uuid("thread", wanted.Thread).Uuid("execution", wanted.Execution).Defined("priority", wanted.Priority).Problem;
        if (problem is not null)
            return problem;

        var query = QueryOf(project, wanted);
        var match = new MessageMatch(query, _ => true);
        return new Feed(
            Name,
            new FeedSelection(
                new LogQuery(query.Thread ?? 0, query.Thread is null ? query.Execution ?? 0 : 0),
                entry => entry.Kind is EntryKind.Message or EntryKind.Release or EntryKind.Deletion && match.TakesAs(entry)),
            null, Receipts: false)
        {
            Snapshot = (reader, cancellationToken) => SnapshotAsync(query with { Reader = reader, Max = SnapshotSize }, cancellationToken),
        };
    }

    private HistoryQuery QueryOf(ProjectLog project, MessageFeedFilter wanted) => new(project.Project)
    {
        Types = wanted.Type?.ToHashSet(StringComparer.Ordinal),
        Sender = wanted.Sender is null ? null : NumberOf(project, wanted.Sender),
        Recipient = wanted.Recipient is null ? null : NumberOf(project, wanted.Recipient),
        Thread = wanted.Thread is null ? null : EntryId.SeqOf(Guid.Parse(wanted.Thread)),
        Execution = wanted.Execution is null ? null : EntryId.SeqOf(Guid.Parse(wanted.Execution)),
        Task = wanted.Task,
        Priorities = wanted.Priority?.ToHashSet(),
    };

    private int NumberOf(ProjectLog project, string agentId) => projects.Find(project.Project)?.Agents.Find(agentId)?.Number ?? -1;

    private async IAsyncEnumerable<IReadOnlyList<byte[]>> SnapshotAsync(HistoryQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var newest = await history.ListAsync(query, cancellationToken);
        // Oldest first, as the changes that follow.
        yield return [.. newest.Reverse().Select(message => message.Json)];
    }
}

/// <summary>The feed <c>receipts</c>: stages of deliveries, live; deaths and expiries also from the log.</summary>
internal sealed class ReceiptFeed : IFeedSource
{
    public string Name => "receipts";

    public Result<Feed> Open(ProjectLog project, JsonElement filter) => new Feed(
        Name, new FeedSelection(LogQuery.All, entry => entry.Kind is EntryKind.Death or EntryKind.Expiry), null, Receipts: true);
}
