using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Parley.Protocol;

namespace Parley.Cli.Mcp;

/// <summary>The inbox socket of a session of Claude Code, from 2.1.224 on. A session takes a prompt there from its own children, of which this process is
/// one, whatever it permits to others.</summary>
/// <remarks>The session does not say whether it has taken a prompt. That shows by the hook that the prompt fires.</remarks>
internal sealed class ClaudeSocket(string path, string? token, string? session) : IHarnessWake
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>How long a session that refuses may take to say so.</summary>
    private static readonly TimeSpan Refusal = TimeSpan.FromMilliseconds(300);

    public WakeWay Way => WakeWay.Socket;

    /// <param name="environment">That of this process.</param>
    /// <returns>Null if this process was not started by such a session.</returns>
    internal static ClaudeSocket? Find(Func<string, string?> environment) => environment("CLAUDE_CODE_MESSAGING_SOCKET") is { Length: > 0 } path && !OperatingSystem.IsWindows()
        ? new ClaudeSocket(path, environment("CLAUDE_CODE_MESSAGING_TOKEN"), environment("CLAUDE_CODE_SESSION_ID"))
        : null;

    public async Task<(WakeOutcome Outcome, string? Detail)> SubmitAsync(Wake wake, CancellationToken cancellationToken)
    {
        if (wake.SessionId is { } wanted && session is { Length: > 0 } own && wanted != own)
            return (WakeOutcome.Failed, $"A newer session runs as {wake.AgentId}.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), patience.Token);
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(Lines(wake)), patience.Token);
            return await AnswerAsync(stream, patience.Token) is { Length: > 0 } said && said.Contains("error", StringComparison.OrdinalIgnoreCase)
                ? (WakeOutcome.Failed, said)
                : (WakeOutcome.Unverified, null);
        }
        catch (Exception failure) when (failure is SocketException or IOException or ArgumentException)
        {
            return (WakeOutcome.Failed, failure.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (WakeOutcome.Failed, "The session does not read its inbox socket.");
        }
    }

    private string Lines(Wake wake)
    {
        var prompt = new JsonObject
        {
            ["type"] = "user",
            ["msgV"] = 1,
            ["msg_id"] = wake.WakeId,
            ["priority"] = "next",
            ["message"] = new JsonObject { ["role"] = "user", ["content"] = wake.Text },
        };
        var first = token is { Length: > 0 } ? $"{new JsonObject { ["type"] = "auth", ["token"] = token }.ToJsonString()}\n" : "";
        return $"{first}{prompt.ToJsonString()}\n";
    }

    /// <summary>What the session says, if it says anything: a session that takes the prompt is silent.</summary>
    private static async Task<string?> AnswerAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[1_024];
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        silence.CancelAfter(Refusal);
        try
        {
            return Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer, silence.Token)).Trim();
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }
}
