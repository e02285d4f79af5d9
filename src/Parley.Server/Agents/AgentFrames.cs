using Microsoft.Extensions.Logging;
using Parley.Protocol;
using Parley.Server.Connections.Frames;
using Parley.Server.Storage;
using Parley.Server.Wire;

namespace Parley.Server.Agents;

/// <summary>What an agent says of itself over its socket.</summary>
internal sealed partial class AgentFrames(AgentDirectory directory, ILogger<AgentFrames> logger) : IFrames
{
    public void Map(FrameTable table)
    {
        table.Map<IAgentConnection>(FrameEvents.AgentRegister, Register);
        table.Map<IAgentConnection>(FrameEvents.AgentHeartbeat, Beat);
        table.Map<IAgentConnection>(FrameEvents.AgentStatus, Report);
    }

    private ValueTask Register(IAgentConnection connection, InFrame frame, CancellationToken cancellationToken)
    {
        if (!IsItself(connection, frame) || !connection.TryRead<RegisterRequest>(frame, out var request))
            return ValueTask.CompletedTask;
        var problem = AgentRules.Check(request)
            .Check(request.AgentId is null || request.AgentId == connection.Agent.Id, "agent_id", $"must be absent or '{connection.Agent.Id}': a connection is of one agent")
            .Problem;
        if (problem is not null)
            connection.Fail(frame, problem);
        else
            Answer(connection, frame.Id, directory.ChangeAsync(connection.Project, connection.Agent, record => AgentDirectory.Merge(record, request), cancellationToken));
        return ValueTask.CompletedTask;
    }

    private ValueTask Beat(IAgentConnection connection, InFrame frame, CancellationToken cancellationToken)
    {
        if (connection.Takes)
            Answer(connection, frame.Id, directory.SeenAsync(connection.Project, connection.Agent, cancellationToken));
        else
            connection.Ok(frame);
        return ValueTask.CompletedTask;
    }

    private ValueTask Report(IAgentConnection connection, InFrame frame, CancellationToken cancellationToken)
    {
        if (!IsItself(connection, frame) || !connection.TryRead<StatusRequest>(frame, out var request))
            return ValueTask.CompletedTask;
        if (AgentRules.Check(request) is { } problem)
            connection.Fail(frame, problem);
        else
            Answer(connection, frame.Id, directory.ReportAsync(connection.Project, connection.Agent, request.Status, request.Activity, cancellationToken));
        return ValueTask.CompletedTask;
    }

    private static bool IsItself(IAgentConnection connection, in InFrame frame)
    {
        if (connection.Takes && connection.Agent.Id != AgentDirectory.Human)
            return true;
        connection.Fail(frame, AgentRules.Untouchable());
        return false;
    }

    /// <summary>Answers with the agent as it is then; the frames behind do not wait for the disk.</summary>
    private void Answer(IAgentConnection connection, byte[] id, ValueTask change)
    {
        _ = AnswerAsync();

        async Task AnswerAsync()
        {
            try
            {
                await change;
                if (id.Length == 0)
                    return;
                var agent = await directory.ShowAsync(connection.Project, connection.Agent, connection.Ending);
                connection.Add(DataFrame.Of("ok"u8, id, agent, WireJson.Lenient.Agent));
            }
            catch (OperationCanceledException)
            {
                // The connection has gone, and with it whoever wanted to know.
            }
            catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
            {
                connection.Add(DataFrame.Problem(id, Problems.StorageUnavailable()));
            }
            catch (Exception fault)
            {
                Log.Failed(logger, fault, connection.Agent.Id);
                connection.Add(DataFrame.Problem(id, Problems.Internal()));
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "A frame by which {Agent} changes itself failed unexpectedly.")]
        internal static partial void Failed(ILogger logger, Exception fault, string agent);
    }
}
