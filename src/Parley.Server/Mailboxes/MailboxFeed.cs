using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>The feed <c>mailboxes</c>: how deep they are, live. The log does not have it, because every delivery would be several entries.</summary>
internal sealed class MailboxFeed(MailboxDepths depths, ProjectDirectory projects) : IFeedSource
{
    public string Name => "mailboxes";

    public Result<Feed> Open(ProjectLog project, JsonElement filter)
    {
        if (!FilterQuery.Read("feeds.mailboxes", filter, static query => query.Texts("agent", "Agents' ids.")).TryGet(out var agents, out var problem))
            return problem;
        return new Feed(
            Name, new FeedSelection(LogQuery.All, static _ => false),
            _ => new MailboxView(depths, projects.Find(project.Project), agents.Count == 0 ? null : agents.ToHashSet(StringComparer.Ordinal)))
        {
            IsBesideLog = true,
        };
    }
}

/// <summary>Mailboxes for one subscription: all of them once, and then those that changed.</summary>
/// <param name="project">Null if it was deleted in the meantime.</param>
/// <param name="agents">Null for everybody's.</param>
internal sealed class MailboxView(MailboxDepths depths, ProjectState? project, IReadOnlySet<string>? agents) : FeedView
{
    private const int PartSize = 500;

    private readonly Dictionary<int, MailboxDepth> _shown = [];

    internal override async IAsyncEnumerable<IReadOnlyList<byte[]>> SnapshotAsync(long place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (project is null)
            yield break;
        foreach (var part in Changes(await depths.ReadAsync(project, cancellationToken)).Chunk(PartSize))
            yield return [.. part.Select(change => change.Item)];
    }

    internal override async IAsyncEnumerable<FeedChange> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (project is null)
            yield break;
        await foreach (var now in depths.WatchAsync(project, cancellationToken))
        {
            foreach (var change in Changes(now))
                yield return change;
        }
    }

    internal override ValueTask<FeedChange?> ShowAsync(LogEntry entry, bool isHidden, CancellationToken cancellationToken) => new(result: null);

    /// <summary>What differs from what was shown, and is shown now.</summary>
    private List<FeedChange> Changes(IReadOnlyDictionary<int, MailboxDepth> now)
    {
        var changes = new List<FeedChange>();
        foreach (var (agent, gone) in _shown.Where(one => !now.ContainsKey(one.Key)).ToList())
        {
            _shown.Remove(agent);
            changes.Add(FeedChange.Delete(Json(gone)));
        }

        foreach (var (agent, depth) in now)
        {
            if (agents?.Contains(depth.AgentId) == false || (_shown.TryGetValue(agent, out var shown) && shown == depth))
                continue;
            _shown[agent] = depth;
            changes.Add(FeedChange.Put(Json(depth)));
        }

        return changes;
    }

    private static byte[] Json(MailboxDepth depth) => JsonSerializer.SerializeToUtf8Bytes(depth, WireJson.Strict.MailboxDepth);
}
