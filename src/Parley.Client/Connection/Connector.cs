using System.Globalization;
using System.Net.WebSockets;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Opens WebSockets for one agent.</summary>
internal sealed class Connector(ParleyOptions options, ServerLocation location, AgentIdentity identity)
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private ServerLocation _location = location;

    public string AgentId => identity.AgentId;

    public string Address => _location.Url.ToString();

    /// <summary>The server's REST interface, used as the agent.</summary>
    public ParleyApi OpenApi() => ParleyApi.Open(_location with { Token = identity.Token }, options.TimeProvider);

    /// <param name="brokenSession">The server's id for the previous connection, so that it frees that connection's leases at once.</param>
    /// <param name="window">How many messages the server may push before it is told otherwise; 0 for none.</param>
    /// <exception cref="ParleyException">The server refuses, or does not answer (<see cref="ParleyUnreachableException"/>).</exception>
    public async Task<WebSocket> ConnectAsync(string? brokenSession, int window, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await ConnectOnceAsync(brokenSession, window, cancellationToken);
            }
            catch (ParleyException refused) when (refused is not ParleyUnreachableException)
            {
                if (!await identity.RenewAsync(refused, cancellationToken))
                    throw;
            }
        }
    }

    private async Task<WebSocket> ConnectOnceAsync(string? brokenSession, int window, CancellationToken cancellationToken)
    {
        Relocate();
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {identity.Token}");
        socket.Options.CollectHttpResponseDetails = true;
        socket.Options.RemoteCertificateValidationCallback = ServerTrust.In(_location.CaCertificate);

        // A peer that vanished silently (a pulled cable, a sleeping laptop) is detected by an unanswered ping.
        socket.Options.KeepAliveInterval = KeepAlive;
        socket.Options.KeepAliveTimeout = KeepAlive;
        using var patience = new CancellationTokenSource(Patience, options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await socket.ConnectAsync(SocketAddress(brokenSession, window), either.Token);
            return socket;
        }
        catch (WebSocketException broken)
        {
            var status = (int)socket.HttpStatusCode;
            socket.Dispose();
            throw status == 0 ? new ParleyUnreachableException(Address, Reason(broken), broken) : Refusal(status, broken);
        }
        catch (OperationCanceledException late)
        {
            socket.Dispose();
            if (cancellationToken.IsCancellationRequested)
                throw;
            throw new ParleyUnreachableException(Address, "it did not answer in time.", late);
        }
    }

    private void Relocate()
    {
        var now = _location.Again();
        if (ReferenceEquals(now, _location))
            return;
        _location = now;
        identity.MoveTo(now);
    }

    private Uri SocketAddress(string? brokenSession, int window)
    {
        var path = new RestPath($"ws/{identity.AgentId}")
            .With("window", window.ToString(CultureInfo.InvariantCulture))
            .With("ack", options.AutoAck ? "auto" : null)
            .With("batch", "1")
            .With("session", brokenSession)
            .With("project_id", _location.Project);
        return new UriBuilder(new Uri(_location.Url, path.ToString())) { Scheme = _location.Url.Scheme == "https" ? "wss" : "ws" }.Uri;
    }

    private ParleyException Refusal(int status, Exception broken) => new(
        new Problem
        {
            Code = ProblemCodes.For(status),
            Status = status,
            Retryable = status is 429 or >= 500,
            Title = "The connection was refused.",
            Detail = status switch
            {
                401 => $"The server at {Address} does not accept the token of '{AgentId}': it is wrong, revoked or expired.",
                403 => $"The token may not open the mailbox of '{AgentId}' at {Address}.",
                404 => $"There is no agent '{AgentId}' at {Address}, or it is in another project.",
                _ => $"The server at {Address} refused the connection of '{AgentId}' with status {status}.",
            },
        },
        broken);

    private static string Reason(WebSocketException broken) => $"{(broken.InnerException ?? broken).Message.TrimEnd('.')}.";
}
