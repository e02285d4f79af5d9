using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Storms;

/// <summary>The storms of projects: opens, finds, and ends them.</summary>
internal sealed class StormBoard(
    EntityBoard<Storm> storms, StormDirectory open, AgentDirectory agents, ILogStore log, IClusterView cluster, TimeProvider clock)
{
    private const int MostLastMessages = 10;

    /// <summary>The most of the last replies that are compared.</summary>
    private const int MostCompared = 50;

    internal ValueTask<IReadOnlyList<Entity<Storm>>> ListAsync(EntityQuery query, CancellationToken cancellationToken) => storms.ListAsync(query, cancellationToken);

    /// <returns>Null if there is none.</returns>
    internal async ValueTask<Entity<Storm>?> FindAsync(ProjectState project, string id, CancellationToken cancellationToken) =>
        TryRead(id, out var key) ? await storms.FindAsync(project.Number, key, cancellationToken) : null;

    /// <summary>The storm that a log entry opened.</summary>
    internal async ValueTask<Entity<Storm>?> FindAsync(int project, long made, CancellationToken cancellationToken) =>
        await storms.ListAsync(new EntityQuery(project, StormKind.Kind.Number, 1) { Above = made - 1, OldestFirst = true }, cancellationToken) is [var first] && first.Row.Made == made
            ? first
            : null;

    /// <summary>Opens a storm, or finds the open one of its thread, and tells people.</summary>
    /// <param name="numbers">Its agents.</param>
    /// <param name="answered">What the first held reply answers.</param>
    /// <param name="chain">What that goes back to, newest first.</param>
    /// <returns>The seq of the log entry that opened it; 0 if the project was deleted.</returns>
    internal async ValueTask<long> OpenAsync(
        ProjectState project, IReadOnlyList<int> numbers, LogEntry answered, IReadOnlyList<ReplyLink> chain, int replies, CancellationToken cancellationToken)
    {
        var threadId = MessageJsonReader.Ids(answered.Json).Thread.ToString();
        var messages = await MessagesAsync(project, chain, cancellationToken);
        var found = new Storm
        {
            StormId = "",
            Agents = [.. numbers.Select(number => project.Agents.Find(number)?.Id).OfType<string>()],
            ThreadId = threadId,
            Replies = replies,
            WindowSeconds = (int)StormRules.Window.TotalSeconds,
            Repeated = Repeated(messages),
            FirstMessage = messages.Count > 0 ? ToMessage(project, messages[0]) : null,
            LastMessages = [.. messages.TakeLast(MostLastMessages).Select(message => ToMessage(project, message))],
            HoldsUpTo = Math.Max(project.Log.Head, answered.Seq),
        };
        var result = await storms.ChangeAsync(
            project.Number, StormKind.NameOfOpen(threadId), sender: 0, present => StormRules.Open(present?.Value, found), cancellationToken);
        if (!result.TryGet(out var opened, out _) || opened is null)
            return 0;
        open.Keep(opened);
        await TellAsync(project, opened.Row.Id, cancellationToken);
        return opened.Row.Made;
    }

    /// <summary>Tells people of an open storm, once.</summary>
    internal async ValueTask TellAsync(ProjectState project, Guid id, CancellationToken cancellationToken)
    {
        var human = await agents.HumanAsync(project, cancellationToken);
        var now = clock.GetUtcNow();
        await ChangeAsync(
            project, id, sender: 0,
            storm => storm is { Status: StormStatus.Open, ToldAt: null }
                ? Decision<Storm>.Put(storm with { ToldAt = now }, StormKind.UpdatedType).Sending(StormMessages.Alert(project, storm, human))
                : Decision<Storm>.Keep,
            cancellationToken);
    }

    /// <summary>Changes a storm.</summary>
    /// <returns>Its current state; null if there is none.</returns>
    internal async ValueTask<Result<Entity<Storm>?>> ChangeAsync(
        ProjectState project, Guid id, int sender, Func<Storm, Decision<Storm>> decide, CancellationToken cancellationToken)
    {
        var result = await storms.ChangeAsync(
            project.Number, id, sender, present => present is null ? Decision<Storm>.Keep : decide(present.Value), cancellationToken);
        if (result.TryGet(out var changed, out _) && changed is not null)
            open.Keep(changed);
        await cluster.CatchUpAsync(cancellationToken);
        return result;
    }

    internal static bool TryRead(string id, out Guid key) => Guid.TryParse(id, out key) && WireNames.IsUuid(id);

    internal static StormMessage ToMessage(ProjectState project, LogEntry message, string? content = null) => new()
    {
        MessageId = MessageJsonReader.Id(message.Json).ToString(),
        SenderId = project.Agents.Find(message.Sender)?.Id ?? "",
        Timestamp = DateTimeOffset.FromUnixTimeMilliseconds(message.Stamp),
        Content = content,
    };

    /// <summary>The first message of the chain, and its last ones, oldest first.</summary>
    private async ValueTask<List<LogEntry>> MessagesAsync(ProjectState project, IReadOnlyList<ReplyLink> chain, CancellationToken cancellationToken)
    {
        var messages = new List<LogEntry>();
        foreach (var link in chain.Take(MostCompared).Append(chain[^1]).DistinctBy(link => link.Seq).Reverse())
        {
            var message = project.Log.Find(link.Seq) ?? await log.FindAsync(project.Number, link.Seq, cancellationToken);
            if (message is not null)
                messages.Add(message);
        }

        return messages;
    }

    /// <summary>How many messages say what their sender has said before.</summary>
    private static int Repeated(List<LogEntry> messages)
    {
        var said = new HashSet<(int Sender, string Content)>();
        return messages.Count(message => MessageJsonReader.Content(message.Json) is { } content && !said.Add((message.Sender, content)));
    }
}
