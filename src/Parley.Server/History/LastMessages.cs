using System.Collections.Concurrent;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Log;
using Parley.Server.Projects;

namespace Parley.Server.History;

/// <summary>The last message of each agent: followed in the log's tail when somebody asks, so that a send costs nothing, and otherwise found in the
/// history.</summary>
internal sealed class LastMessages(IMessageHistory history, TimeProvider clock) : ILastMessages
{
    private const int LongestExcerpt = 200;

    private readonly ConcurrentDictionary<int, Known> _projects = new();

    public async ValueTask<IReadOnlyDictionary<int, LastMessage>> OfAsync(
        ProjectState project, IReadOnlyCollection<AgentState> agents, CancellationToken cancellationToken)
    {
        if (!_projects.TryGetValue(project.Number, out var known))
        {
            known = _projects.GetOrAdd(project.Number, static _ => new Known());
            project.Gone.Token.Register(() => _projects.TryRemove(project.Number, out _));
        }

        await known.Turn.WaitAsync(cancellationToken);
        try
        {
            CatchUp(project.Log, known);
            var oldest = project.Settings.Retention is { } retention ? clock.GetUtcNow() - retention : DateTimeOffset.MinValue;
            await FindAsync(project, [.. agents.Select(agent => agent.Number).Where(number => !known.Of.ContainsKey(number))], known, cancellationToken);
            var found = new Dictionary<int, LastMessage>();
            foreach (var agent in agents)
            {
                if (known.Of[agent.Number] is { } last && last.At >= oldest)
                    found[agent.Number] = last;
            }

            return found;
        }
        finally
        {
            known.Turn.Release();
        }
    }

    private static void CatchUp(ProjectLog log, Known known)
    {
        var entries = new List<LogEntry>();
        if (known.Place < 0 || !log.TryRead(known.Place, entries, int.MaxValue, long.MaxValue))
        {
            // Too far behind: everybody is looked up again, because a message that is known may have been deleted since.
            known.Place = log.Head;
            known.Of.Clear();
            return;
        }

        foreach (var deleted in entries.Where(entry => entry.Kind == EntryKind.Deletion))
        {
            foreach (var (agent, last) in known.Of.Where(one => one.Value?.Seq == deleted.Subject).ToList())
                known.Of[agent] = Show(last!.Seq, deleted);
        }

        foreach (var message in entries.Where(entry => entry.Kind == EntryKind.Message && entry.Sender != 0).GroupBy(entry => entry.Sender).Select(said => said.Last()))
            known.Of[message.Sender] = Show(message.Seq, message);
        if (entries.Count > 0)
            known.Place = entries[^1].Seq;
    }

    private async ValueTask FindAsync(ProjectState project, IReadOnlyCollection<int> agents, Known known, CancellationToken cancellationToken)
    {
        if (agents.Count == 0)
            return;
        var found = await history.LastSentAsync(project.Number, agents, message => (message.Sender, Last: Show(message.Seq, message)), cancellationToken);
        foreach (var agent in agents)
            known.Of[agent] = null;
        foreach (var (sender, last) in found)
            known.Of[sender] = last;
    }

    private static LastMessage Show(long seq, LogEntry entry)
    {
        var message = MessageJsonReader.Message(entry);
        return new LastMessage
        {
            MessageId = message.MessageId,
            Seq = seq,
            To = message.To,
            MessageType = message.MessageType,
            Excerpt = message.Content is { Length: > LongestExcerpt } text ? text[..(char.IsHighSurrogate(text[LongestExcerpt - 1]) ? LongestExcerpt - 1 : LongestExcerpt)] : message.Content,
            At = message.Timestamp,
        };
    }

    private sealed class Known
    {
        internal SemaphoreSlim Turn { get; } = new(1, 1);

        /// <summary>Everything up to here is known; below 0 if nothing is.</summary>
        internal long Place { get; set; } = -1;

        /// <summary>By the agent's number; null for an agent that never sent anything.</summary>
        internal Dictionary<int, LastMessage?> Of { get; } = [];
    }
}
