using Parley.Protocol;

namespace Parley.Client;

/// <summary>Sends, replies, and requests.</summary>
public sealed partial class ParleyAgent
{
    private static readonly TimeSpan RequestGrace = TimeSpan.FromSeconds(5);

    /// <inheritdoc cref="SendAsync(SendRequest, CancellationToken)"/>
    public Task<SendAnswer> SendAsync(string to, string content, CancellationToken cancellationToken = default) =>
        SendAsync(new SendRequest { To = [to], Content = content }, cancellationToken);

    /// <summary>Sends a message, and completes when the server has it on disk. Sends that are not awaited one by one share frames and keep
    /// their order. While the connection is down, they wait.</summary>
    /// <param name="cancellationToken">Stops waiting; a send in flight is not undone.</param>
    /// <exception cref="ParleyException">The server refused it.</exception>
    public Task<SendAnswer> SendAsync(SendRequest request, CancellationToken cancellationToken = default)
    {
        var send = new PendingSend(Kept(request), _keys.Next());
        _outbox.Send(send);
        return cancellationToken.CanBeCanceled ? send.Task.WaitAsync(cancellationToken) : send.Task;
    }

    /// <summary>Sends as soon as fewer than <see cref="ParleyOptions.MaxUnconfirmed"/> sends are unconfirmed, and returns the confirmation to await
    /// later. This keeps many sends in flight without holding all of them in memory.</summary>
    public ValueTask<Task<SendAnswer>> BeginSendAsync(SendRequest request, CancellationToken cancellationToken = default)
    {
        var room = _outbox.RoomAsync();
        return room.IsCompleted ? new ValueTask<Task<SendAnswer>>(SendAsync(request, CancellationToken.None)) : Later();

        async ValueTask<Task<SendAnswer>> Later()
        {
            await room.WaitAsync(cancellationToken);
            return SendAsync(request, CancellationToken.None);
        }
    }

    /// <summary>Sends all messages and returns the result of each, in order.</summary>
    public async Task<IReadOnlyList<SendResult>> SendManyAsync(IEnumerable<SendRequest> requests, CancellationToken cancellationToken = default)
    {
        var confirmations = new List<Task<SendAnswer>>();
        foreach (var request in requests)
            confirmations.Add(await BeginSendAsync(request, cancellationToken));

        var results = new List<SendResult>(confirmations.Count);
        foreach (var confirmation in confirmations)
        {
            try
            {
                var answer = await confirmation.WaitAsync(cancellationToken);
                results.Add(new SendResult(answer.Duplicate ? 200 : 201, answer, Problem: null));
            }
            catch (ParleyException refused)
            {
                results.Add(new SendResult(refused.Status, Answer: null, refused.Problem));
            }
        }

        return results;
    }

    /// <summary>Replies to a message: to its sender and in its thread, unless <paramref name="reply"/> says otherwise. Acknowledges this agent's
    /// delivery of the message, unless <see cref="SendRequest.Settle"/> is false or the intent is <see cref="Intent.Ack"/>.</summary>
    public Task<SendAnswer> ReplyAsync(string messageId, SendRequest reply, CancellationToken cancellationToken = default)
    {
        var send = new PendingSend(Kept(reply), _keys.Next()) { Replies = messageId };
        _outbox.Send(send);
        return cancellationToken.CanBeCanceled ? send.Task.WaitAsync(cancellationToken) : send.Task;
    }

    /// <inheritdoc cref="RequestAsync(SendRequest, TimeSpan, CancellationToken)"/>
    public Task<RequestResult> RequestAsync(string to, string content, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        RequestAsync(new SendRequest { To = [to], Content = content, Intent = Intent.Request }, timeout, cancellationToken);

    /// <summary>Sends a message and waits for the first reply. If the connection breaks, the request is not repeated: its recipient may already
    /// be working on it.</summary>
    /// <returns>The recipient's reply, a timeout, or a lost connection.</returns>
    /// <exception cref="ParleyException">The server refused to send it.</exception>
    public async Task<RequestResult> RequestAsync(SendRequest request, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        var pending = new PendingRequest(Kept(request), _keys.Next(), timeout);
        _outbox.Send(pending);
        try
        {
            return await pending.Result.WaitAsync(timeout + RequestGrace, _options.TimeProvider, cancellationToken);
        }
        catch (TimeoutException)
        {
            return pending.Stored
                ? new RequestResult.Timeout()
                : new RequestResult.ConnectionLost(Stored: false, $"There was no connection to {_connector.Address} for {timeout.TotalSeconds} s.");
        }
    }

    /// <summary>Copies JSON that belongs to a document of the caller, because the document may be disposed before it is sent, or sent
    /// again.</summary>
    private static SendRequest Kept(SendRequest request) => request.Payload is null && request.Metadata is null
        ? request
        : request with { Payload = request.Payload?.Clone(), Metadata = request.Metadata?.Clone() };
}
