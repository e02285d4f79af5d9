using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>The feed <c>messages</c>: every message that its reader may read, with the filters of the list.</summary>
internal sealed class MessageFeed(IMessageHistory history, MessageTallies tallies, ProjectDirectory projects) : IFeedSource
{
    private const string Place = "feeds.messages";

    public string Name => "messages";

    public bool ShowsMessages => true;

    public Result<Feed> Open(ProjectLog project, JsonElement filter) => Open(project, filter, MessageShow.Whole);

    public Result<Feed> Open(ProjectLog project, JsonElement filter, MessageShow show)
    {
        if (!FilterQuery.Read(Place, filter, MessageListQuery.ReadFilter).TryGet(out var wanted, out var problem))
            return problem;
        problem = new Validation()
            .Uuid($"{Place}.thread", wanted.Thread.Taken ?? wanted.Thread.LeftOut).Uuid($"{Place}.execution", wanted.Execution.Taken ?? wanted.Execution.LeftOut)
            .Check(
                wanted.Text is null, $"{Place}.q",
                "cannot be followed: words are found in the search index, which is written after the log. Search with GET messages?q=, or filter what you receive")
            .Check(
                !wanted.States.IsGiven, $"{Place}.state",
                "cannot be followed: a message is in the log before its deliveries change. Follow the feed receipts, or list with GET messages?state=")
            .Problem;
        if (problem is not null)
            return problem;

        var query = QueryOf(project, wanted);
        var match = new MessageMatch(query, _ => true);
        return new Feed(
            Name,
            new FeedSelection(
                new LogQuery(query.Thread ?? 0, query.Thread is null ? query.Execution ?? 0 : 0),
                entry => entry.Kind is EntryKind.Message or EntryKind.Release or EntryKind.Deletion && match.TakesAs(entry)),
            reader => new MessageView(history, tallies, project, query with { Reader = reader }, show));
    }

    /// <summary>Nobody's number, so nothing matches.</summary>
    private const int Nobody = -1;

    private HistoryQuery QueryOf(ProjectLog project, MessageListQuery wanted) =>
        MessageSenders.Resolve(
            new HistoryQuery(project.Project)
            {
                Thread = SeqOf(wanted.Thread.Taken),
                Execution = SeqOf(wanted.Execution.Taken),
                Except = new MessageExclusion { Thread = SeqOf(wanted.Thread.LeftOut), Execution = SeqOf(wanted.Execution.LeftOut) },
            },
            wanted,
            id => projects.Find(project.Project) is { } known ? MessageSenders.NumberOf(known, id) : null) ??
        new HistoryQuery(project.Project) { Sender = Nobody };

    private static long? SeqOf(string? id) => id is null ? null : EntryId.SeqOf(Guid.Parse(id));
}

/// <summary>The feed <c>receipts</c>: the stages of deliveries, live. Deaths and expirations also come from the log.</summary>
internal sealed class ReceiptFeed : IFeedSource
{
    public string Name => "receipts";

    public Result<Feed> Open(ProjectLog project, JsonElement filter) => new Feed(
        Name, new FeedSelection(LogQuery.All, entry => entry.Kind is EntryKind.Death or EntryKind.Expiry), _ => new PlainView(entry => entry.Json))
    {
        Receipts = true,
    };
}
