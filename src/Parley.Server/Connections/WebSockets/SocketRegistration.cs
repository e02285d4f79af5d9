using System.Net.WebSockets;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Connections.Frames;
using Parley.Server.Coordination;
using Parley.Server.Limits;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Storage;
using Parley.Server.Wire;

namespace Parley.Server.Connections.WebSockets;

/// <summary>Registers the agent of a socket that was opened with a join token. Its first frame must be <c>agent:register</c>. The answer contains the
/// agent's token, and from then on the socket works as if it had been opened with that token.</summary>
internal sealed class SocketRegistration(Registration registration, TokenVault vault, IAuditTrail audit, SocketTimes times, Receiving receiving, Stopping stopping)
{
    /// <returns>The agent, and its caller with the new token. Null if the socket was closed, and its peer was told why.</returns>
    internal async Task<(AgentState Agent, Caller Self)?> RunAsync(WebSocket socket, ProjectState project, string id, Caller caller)
    {
        using var closing = new SocketClosing(socket, times.Clock);
        await using var stopped = stopping.Token.UnsafeRegister(_ => closing.Begin(CloseCodes.Stopping, null), null);
        await using var revoked = caller.Ended.UnsafeRegister(_ => closing.Begin(CloseCodes.Unauthorized, "The join token has ended."), null);
        await using var deleted = project.Gone.Token.UnsafeRegister(_ => closing.Begin(CloseCodes.NotFound, "The project was deleted."), null);
        await using var late = times.Clock.CreateTimer(
            _ => closing.Begin(CloseCodes.Silent, "No agent:register came in time."), null, times.LongestSilence, Timeout.InfiniteTimeSpan);
        using var messages = new MessageReceiver(socket, SocketLimits.MessageBytes, receiving, caller, closing.Begin);
        try
        {
            // While the socket is being closed, frames that still arrive are read and dropped, until the peer sends its close frame too.
            while (await messages.NextAsync(closing.CutOff) is var message && message.CloseCode != ReceivedMessage.Closed.CloseCode)
            {
                if (closing.HasBegun)
                    continue;
                if (message.CloseCode != 0)
                    closing.Begin(message.CloseCode, message.Reason);
                else if (!TryReadOnly(message.Text, out var frame))
                    closing.Begin(CloseCodes.BadFrame, "With a join token, the first message must be one agent:register frame.");
                else if (await RegisterAsync(socket, project, id, caller, frame, closing) is { } registered)
                    return registered;
            }

            await closing.AnswerAsync();
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The peer is gone.
        }

        return null;
    }

    private static bool TryReadOnly(ReadOnlyMemory<byte> message, out InFrame frame)
    {
        List<InFrame> frames = [];
        var isOne = JsonText.IsSound(message.Span) && InFrame.TryRead(message, frames) && frames.Count == 1 && frames[0].Event == FrameEvents.AgentRegister;
        frame = isOne ? frames[0] : default;
        return isOne;
    }

    private async ValueTask<(AgentState Agent, Caller Self)?> RegisterAsync(
        WebSocket socket, ProjectState project, string id, Caller caller, InFrame frame, SocketClosing closing)
    {
        if (!(await TryRegisterAsync(project, id, caller, frame)).TryGet(out var registered, out var problem))
        {
            await SendAsync(socket, DataFrame.Problem(frame.Id, problem), closing);
            // The address names the agent. If its id is taken, no other frame can help.
            if (problem.Code == ErrorCodes.Conflict)
                closing.Begin(CloseCodes.Forbidden, problem.Detail);
            return null;
        }

        await audit.RecordAsync(caller, project.Id, registered.IsNew ? "agent.registered" : "agent.changed", id, CancellationToken.None);
        // Sent even if the frame has no id, because the token is shown only this once.
        await SendAsync(socket, DataFrame.Of("ok"u8, frame.Id, registered.Agent, WireJson.Strict.Agent), closing);
        // The token counts as used only from here on. If the answer is lost, the agent can register again.
        if (vault.Authenticate(registered.Agent.Token!) is { } self && project.Agents.Find(id) is { } agent)
            return (agent, self);
        closing.Begin(CloseCodes.NotFound, "The agent was deleted.");
        return null;
    }

    private async ValueTask<Result<Registered>> TryRegisterAsync(ProjectState project, string id, Caller caller, InFrame frame)
    {
        if (!JsonInput.TryRead<RegisterRequest>(frame.Data.IsEmpty ? "{}"u8 : frame.Data.Span, out var request, out var problem))
            return problem;
        if (request.AgentId is { } other && other != id)
            return Problems.InvalidField("agent_id", $"must be absent or '{id}', as in the address");
        try
        {
            return await registration.RegisterAsync(project, caller, request with { AgentId = id }, CancellationToken.None);
        }
        catch (Exception fault) when (fault is StorageUnavailableException or ObjectDisposedException)
        {
            return StorageUnavailableException.ProblemOf(fault);
        }
    }

    private static async ValueTask SendAsync(WebSocket socket, DataFrame frame, SocketClosing closing)
    {
        using var buffer = new FrameBuffer();
        frame.Write(buffer);
        await socket.SendAsync(buffer.From(0), WebSocketMessageType.Text, endOfMessage: true, closing.CutOff);
    }
}

/// <summary>Closes a socket that has no connection yet: sends the reason, and gives the peer a moment to send its close frame before it is cut
/// off.</summary>
internal sealed class SocketClosing(WebSocket socket, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly CancellationTokenSource _cutOff = new();
    private int _begun;

    /// <summary>Cancelled when the peer's time is up. Whatever waits for the socket then ends.</summary>
    internal CancellationToken CutOff => _cutOff.Token;

    internal bool HasBegun => Volatile.Read(ref _begun) != 0;

    /// <summary>Closes with a code and a reason; only the first call counts.</summary>
    internal void Begin(int code, string? reason)
    {
        if (Interlocked.Exchange(ref _begun, 1) == 0)
            _ = RunAsync(code, reason);
    }

    /// <summary>Answers the close frame of a peer that closed first.</summary>
    internal async Task AnswerAsync()
    {
        if (Interlocked.Exchange(ref _begun, 1) == 0)
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CutOff).WaitAsync(Patience, clock);
    }

    public void Dispose()
    {
        _cutOff.Cancel();
        _cutOff.Dispose();
    }

    private async Task RunAsync(int code, string? reason)
    {
        try
        {
            var cutOff = CutOff;
            await socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, cutOff).WaitAsync(Patience, clock, cutOff);
            await Task.Delay(Patience, clock, cutOff);
            await _cutOff.CancelAsync();
        }
        catch (Exception gone) when (gone is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The peer closed first.
        }
        catch (TimeoutException)
        {
            await _cutOff.CancelAsync();
        }
    }
}
