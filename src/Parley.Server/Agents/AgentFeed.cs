using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Agents;

/// <summary>The feed <c>agents</c>: each agent as it is then.</summary>
internal sealed class AgentFeed(AgentDirectory agents, ProjectDirectory projects) : IFeedSource
{
    private const int PartSize = 200;

    public string Name => "agents";

    public Result<Feed> Open(ProjectLog project, JsonElement filter) =>
        filter.ValueKind is JsonValueKind.Null || (filter.ValueKind == JsonValueKind.Object && !filter.EnumerateObject().Any())
            ? new Feed(Name, new FeedSelection(LogQuery.All, entry => entry.Kind == EntryKind.Agent), null, Receipts: false)
            {
                IsEnd = entry => entry.Type == "agent_removed",
                Snapshot = (_, cancellationToken) => SnapshotAsync(project.Project, cancellationToken),
            }
            : Problems.InvalidField("feeds.agents", "takes no filter: send {}");

    private async IAsyncEnumerable<IReadOnlyList<byte[]>> SnapshotAsync(int number, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (projects.Find(number) is not { } project)
            yield break;
        foreach (var part in AgentDirectory.Everybody(project).OrderBy(agent => agent.Number).Chunk(PartSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var shown = await agents.ShowAsync(project, part, cancellationToken);
            yield return [.. shown.Select(agent => JsonSerializer.SerializeToUtf8Bytes(agent, WireJson.Strict.Agent))];
        }
    }
}
