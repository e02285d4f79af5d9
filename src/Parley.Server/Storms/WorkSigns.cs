using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.History;
using Parley.Server.Projects;
using Parley.Server.Tasks;

namespace Parley.Server.Storms;

/// <summary>Shows whether agents that answer each other are at work: one of their tasks has changed, or a person has spoken to them.</summary>
internal sealed class WorkSigns(IEntityStore entities, IMessageHistory history)
{
    /// <summary>The newest tasks of an agent that are looked at. Older ones are only looked at while the agent has them.</summary>
    private const int MostTasks = 20;

    /// <summary>When there was such a sign the last time, in Unix milliseconds; 0 if there was none since a time.</summary>
    internal async ValueTask<long> LastAsync(ProjectState project, IReadOnlyList<int> agents, long thread, long since, CancellationToken cancellationToken)
    {
        var last = 0L;
        foreach (var person in project.Agents.All.Where(agent => agent.Record.Type == AgentDirectory.Human))
        {
            var said = await history.ListAsync(
                new HistoryQuery(project.Number) { Thread = thread, Sender = person.Number, Max = 1, Since = DateTimeOffset.FromUnixTimeMilliseconds(since) }, cancellationToken);
            last = Math.Max(last, said.Select(message => message.Stamp).FirstOrDefault());
        }

        foreach (var agent in agents)
        {
            if (project.Agents.Find(agent)?.Id is not { } id)
                continue;
            foreach (var mark in (string[])[TaskKinds.HeldBy(id), TaskKinds.OfAgent(id), TaskKinds.OfCreator(id)])
            {
                var tasks = await entities.ListAsync(new EntityQuery(project.Number, TaskKinds.Task.Number, MostTasks) { Marks = [mark] }, cancellationToken);
                last = tasks.Select(task => task.ChangedAt).Append(last).Max();
            }
        }

        return last > since ? last : 0;
    }
}
