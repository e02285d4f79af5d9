using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Agents;

/// <summary>The feed <c>agents</c>: each agent as it was at the change, with the filters of the list.</summary>
internal sealed class AgentFeed(AgentDirectory agents, AgentPortraits portraits, ProjectDirectory projects) : IFeedSource
{
    public string Name => "agents";

    public Result<Feed> Open(ProjectLog project, JsonElement filter)
    {
        if (!FilterQuery.Read("feeds.agents", filter, AgentQuery.Read).TryGet(out var query, out var problem))
            return problem;
        if (query.Squad is not null)
            return Problems.InvalidField("feeds.agents.squad", "is not a filter of this feed: the feed squads shows who is in a squad");
        return new Feed(Name, new FeedSelection(LogQuery.All, entry => entry.Kind == EntryKind.Agent), reader => new AgentView(agents, portraits, projects, project, query, withWords: reader is null));
    }
}

/// <summary>Agents for one subscription: the current state of those that match, and then each change. An agent that no longer matches is sent as
/// deleted.</summary>
internal sealed class AgentView(
    AgentDirectory agents, AgentPortraits portraits, ProjectDirectory projects, ProjectLog log, AgentQuery query, bool withWords) : FeedView
{
    private const int PartSize = 200;

    private readonly Holdings<int> _held = new();
    private long _upTo;

    internal override async IAsyncEnumerable<IReadOnlyList<byte[]>> SnapshotAsync(long place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        _held.Clear();
        var upTo = log.Head;
        await agents.CatchUpAsync(cancellationToken);
        // Entries written since then are sent again even if the state already shows them, because only an agent's newest state counts.
        _upTo = upTo;
        if (projects.Find(log.Project) is not { } project)
            yield break;
        foreach (var part in AgentDirectory.Everybody(project).Where(query.Takes).OrderBy(agent => agent.Number).Chunk(PartSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var shown = await portraits.ShowAsync(project, part, withWords, cancellationToken);
            foreach (var agent in part)
                _held.Set(agent.Number, has: true);
            yield return [.. shown.Select(agent => JsonSerializer.SerializeToUtf8Bytes(agent, WireJson.Strict.Agent))];
        }
    }

    internal override ValueTask<FeedChange?> ShowAsync(LogEntry entry, bool isHidden, CancellationToken cancellationToken) => new(Show(entry));

    private FeedChange? Show(LogEntry entry)
    {
        if (entry.Seq <= _upTo)
            return null;
        var isEnd = entry.Type == AgentDirectory.RemovedType;
        if (!query.IsNarrow)
            return isEnd ? FeedChange.Delete(entry.Json) : FeedChange.Put(entry.Json);
        var matches = query.Takes(JsonSerializer.Deserialize(entry.Json, WireJson.Lenient.Agent)!);
        var mayHave = entry.Type != AgentDirectory.AddedType && _held.MayHave(entry.Sender);
        _held.Set(entry.Sender, matches && !isEnd);
        if (matches && !isEnd)
            return FeedChange.Put(entry.Json);
        return mayHave ? FeedChange.Delete(entry.Json) : null;
    }
}
