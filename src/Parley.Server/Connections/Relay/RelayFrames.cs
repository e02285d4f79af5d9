using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.Connections.WebSockets;
using Parley.Server.Limits;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Storage;
using Parley.Server.Wire;

namespace Parley.Server.Connections.Relay;

/// <summary>The incoming side of a relay socket: each frame is a message to everybody.</summary>
internal sealed class RelayFrames(Mailbox mailbox, Receiving receiving, TimeProvider clock)
{
    /// <summary>A message from the agent.</summary>
    internal static FrameMeaning Said { get; } = new("relay:said", "A message from this agent to everybody else in the project.", typeof(RelaySend))
    {
        Examples = ["""{"type": "status", "content": "Half of the tests pass.", "agent_type": "llm"}"""],
    };

    /// <summary>A message to the agent.</summary>
    internal static FrameMeaning Heard { get; } = new("relay:heard", "A message from somebody else to everybody.", typeof(RelayMessage))
    {
        Examples =
        [
            """
            {"id": "0199e1c3-0000-7000-8000-000000000415", "project_id": "default", "sender_agent_id": "be-1", "sender_agent_type": "llm",
             "message_type": "status", "content": "Half of the tests pass.", "metadata": null, "created_at": "2026-01-22T13:58:10.000Z"}
            """,
        ],
    };

    private const string Expected = "Expected {\"type\": ..., \"content\": ...}.";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Reads until the peer leaves or is asked to leave.</summary>
    /// <param name="left">Called when the peer has sent its close frame, before the server sends its own.</param>
    internal async Task ReceiveAsync(
        WebSocket socket, Outbound outbound, ProjectState project, AgentState? agent, Caller caller, FrameRateLimit allowance, Func<Task> left, CancellationToken ending)
    {
        // As with agents' sockets: a cancelled receive would abort the socket, so the close frame is sent first, and the peer's close frame awaited.
        using var cutOff = new CancellationTokenSource();
        await using var goodbye = ending.UnsafeRegister(
            _ =>
            {
                outbound.Goodbye(caller.Ended.IsCancellationRequested ? CloseCodes.Unauthorized : project.Gone.IsCancellationRequested ? CloseCodes.NotFound : CloseCodes.Stopping, null);
                cutOff.CancelAfter(Patience);
            },
            null);
        var sender = agent is null ? null : SenderResolver.Of(caller, agent, session: null);
        var answers = new AnswersUnderWay();
        using var messages = new MessageReceiver(socket, SocketLimits.RelayBytes, receiving, caller, End);
        try
        {
            while (true)
            {
                var message = await messages.NextAsync(cutOff.Token);
                if (message.CloseCode is not (0 or CloseCodes.BadFrame))
                {
                    await answers.NoneAsync(Task.CompletedTask, clock, ending);
                    if (message.CloseCode == (int)WebSocketCloseStatus.NormalClosure)
                        await left();
                    outbound.Goodbye(message.CloseCode, message.Reason);
                    break;
                }

                if (!allowance.TryTake(out var retryAfter))
                    outbound.Add(DataFrame.Problem([], Problems.RateLimited(retryAfter)));
                else if (message.CloseCode != 0)
                    outbound.Add(DataFrame.Problem([], Problems.InvalidRequest($"{message.Reason} {Expected}")));
                else
                    await HandleAsync(message.Text, outbound, project, sender, answers, cutOff.Token);

                // Does not accumulate unread answers.
                await outbound.LowAsync(cutOff.Token);
                if (allowance.IsFlooding)
                {
                    await answers.NoneAsync(Task.CompletedTask, clock, ending);
                    outbound.Goodbye(CloseCodes.Flood, "The client kept sending more frames than the rate limit allows.");
                    break;
                }
            }

            await outbound.DrainedAsync().WaitAsync(Patience, cutOff.Token);
        }
        catch (TimeoutException)
        {
            // The peer no longer reads, so it would not get the close frame.
        }

        void End(int code, string reason)
        {
            outbound.Goodbye(code, reason);
            try
            {
                cutOff.CancelAfter(Patience);
            }
            catch (ObjectDisposedException)
            {
                // It has already ended by itself.
            }
        }
    }

    private async ValueTask HandleAsync(
        ReadOnlyMemory<byte> json, Outbound outbound, ProjectState project, Sender? sender, AnswersUnderWay answers, CancellationToken cancellationToken)
    {
        if (!JsonInput.TryRead<RelaySend>(json.Span, out var send, out var problem) || (problem = Check(send, sender)) is not null)
        {
            outbound.Add(DataFrame.Problem([], problem!));
            return;
        }

        await mailbox.RoomAsync(cancellationToken);
        var pending = await mailbox.SubmitAsync(project, sender!, [DraftOf(send)], null, cancellationToken);
        answers.Begin();
        _ = TellAsync(pending, outbound, answers);
    }

    private static async Task TellAsync(PendingSends pending, Outbound outbound, AnswersUnderWay answers)
    {
        try
        {
            if ((await pending.DoneAsync())[0].Problem is { } refused)
                outbound.Add(DataFrame.Problem([], refused));
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            outbound.Add(DataFrame.Problem([], Problems.StorageUnavailable()));
        }
        finally
        {
            answers.End();
        }
    }

    private static ApiProblem? Check(RelaySend send, Sender? sender) => sender is null
        ? Problems.Forbidden("Without agent_id, this socket can only listen.")
        : new Validation().MessageType("type", send.Type).DisplayText("agent_type", send.AgentType).Required("content", send.Content).Object("metadata", send.Metadata).Problem;

    private static SendDraft DraftOf(RelaySend send)
    {
        var draft = new SendDraft
        {
            Type = send.Type ?? "status",
            Content = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(send.Content!, WireJson.Strict.String)),
            Metadata = send.Metadata is { ValueKind: JsonValueKind.Object } metadata ? Encoding.UTF8.GetBytes(metadata.GetRawText()) : default,
            Payload = send.AgentType is { } type ? JsonFields.Write(writer => writer.WriteString("agent_type"u8, type)) : default,
        };
        draft.To.Add("*");
        return draft;
    }
}

/// <summary>The outgoing side of a relay socket: a message to everybody, in short form.</summary>
internal sealed class RelayFrame(LogEntry entry, ProjectState project, PeerTracker tracker) : OutFrame
{
    internal override int Size => entry.Json.Length;

    internal override void Write(FrameBuffer to)
    {
        var message = JsonSerializer.Deserialize(entry.Json, WireJson.Lenient.Message)!;
        var relayed = new RelayMessage
        {
            Id = message.MessageId,
            ProjectId = message.ProjectId,
            SenderAgentId = message.SenderId,
            SenderAgentType = AgentTypeOf(message) ?? project.Agents.Find(entry.Sender)?.Record.Type,
            MessageType = message.MessageType,
            Content = message.Content,
            Metadata = message.Metadata,
            CreatedAt = message.Timestamp,
        };
        to.Raw(JsonSerializer.SerializeToUtf8Bytes(relayed, WireJson.Strict.RelayMessage));
    }

    internal override void Written() => tracker.Written(entry.Seq);

    private static string? AgentTypeOf(Message message) =>
        message.Payload is { ValueKind: JsonValueKind.Object } payload && payload.TryGetProperty("agent_type", out var type) && type.ValueKind == JsonValueKind.String
            ? type.GetString()
            : null;
}
