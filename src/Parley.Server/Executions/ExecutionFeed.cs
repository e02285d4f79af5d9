using System.Runtime.CompilerServices;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.Executions;

/// <summary>The feed <c>executions</c>: each execution as it is now, without its log lines.</summary>
internal sealed class ExecutionFeed(IExecutionStore store) : IFeedSource
{
    private const int SnapshotSize = 100;

    public string Name => "executions";

    public (Feed? Feed, ApiProblem? Problem) Open(ProjectLog project, JsonElement filter) =>
        filter.ValueKind is JsonValueKind.Null || (filter.ValueKind == JsonValueKind.Object && !filter.EnumerateObject().Any())
            ? (new Feed(
                Name,
                new FeedSelection(LogQuery.All, entry => entry.Kind == EntryKind.Execution),
                (entry, cancellationToken) => ItemAsync(project, entry, cancellationToken),
                Receipts: false)
            {
                Snapshot = (_, cancellationToken) => SnapshotAsync(project, cancellationToken),
            }, null)
            : (null, Problems.InvalidField("feeds.executions", "takes no filter: say {}"));

    private async ValueTask<byte[]?> ItemAsync(ProjectLog project, LogEntry entry, CancellationToken cancellationToken) =>
        await store.FindAsync(new ExecutionKey(project.Project, MessageJsonReader.Id(entry.Json)), cancellationToken) is { } execution ? Json(execution) : null;

    private async IAsyncEnumerable<IReadOnlyList<byte[]>> SnapshotAsync(ProjectLog project, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var newest = await store.ListAsync(new ExecutionSelection(project.Project, null, null, long.MaxValue, SnapshotSize), cancellationToken);
        yield return [.. newest.Reverse().Select(Json)];
    }

    private static byte[] Json(ExecutionRecord execution) => JsonSerializer.SerializeToUtf8Bytes(execution.ToWire([]), WireJson.Strict.Execution);
}
