using System.Net;
using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Which messages to list, newest first. A message must match all values that are set. At most one of <see cref="Before"/>, <see cref="FromSeq"/>,
/// and <see cref="Around"/> may be set.</summary>
public sealed record MessageQuery
{
    /// <summary>Messages of this <c>message_type</c>. A <c>!</c> before a value leaves it out, here and in the other filters that are texts:
    /// <c>!heartbeat</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Messages sent by the agent with this id.</summary>
    public string? Sender { get; init; }

    /// <summary>Messages delivered to the agent with this id.</summary>
    public string? Recipient { get; init; }

    /// <summary>Messages in the conversation with this id.</summary>
    public string? Thread { get; init; }

    /// <summary>Messages of the execution with this id.</summary>
    public string? Execution { get; init; }

    /// <summary>Messages of the task with this id.</summary>
    public string? Task { get; init; }

    /// <summary>Messages of this priority.</summary>
    public Priority? Priority { get; init; }

    /// <summary>Messages with a delivery at this stage, by its name in <see cref="DeliveryTally"/>: <c>queued</c>, <c>handed_over</c>, <c>dead</c>, and
    /// so on. Several are separated by commas.</summary>
    public string? State { get; init; }

    /// <summary>Messages stored at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Messages stored at this time or earlier.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Words that the content must contain.</summary>
    public string? Text { get; init; }

    /// <summary>The newest messages before this place in the log.</summary>
    public long? Before { get; init; }

    /// <summary>The messages from this place in the log on, oldest first.</summary>
    public long? FromSeq { get; init; }

    /// <summary>One page of the messages before and after this place in the log, oldest first.</summary>
    public long? Around { get; init; }

    /// <summary>Cuts contents to so many characters, and leaves out longer payloads: 1-10,000. See <see cref="Message.Truncated"/>.</summary>
    public int? Excerpt { get; init; }

    /// <summary>Whether messages come with <see cref="Message.Deliveries"/>.</summary>
    public bool IncludeDeliveries { get; init; }

    /// <summary>Whether the page says how many messages match on all pages: <see cref="Page{T}.Total"/>, or <see cref="Page{T}.TotalAtLeast"/>.</summary>
    public bool Count { get; init; }

    /// <summary>Items per page, 1-500; 50 if omitted.</summary>
    public int? Limit { get; init; }

    /// <summary>The <c>next</c> of the previous page.</summary>
    public string? After { get; init; }
}

/// <summary>Which messages of a mailbox to show.</summary>
public sealed record InboxQuery
{
    /// <summary>The most messages, 1-500; default 10.</summary>
    public int? Max { get; init; }

    /// <summary>How long to wait if the mailbox is empty, up to a minute.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>Only messages of these types; all if omitted.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>Only messages of these priorities; all if omitted.</summary>
    public IReadOnlyList<Priority>? Priorities { get; init; }

    /// <summary>Only messages from the agents with these ids; all if omitted.</summary>
    public IReadOnlyList<string>? From { get; init; }

    /// <summary>Shortens the messages to about this many model tokens; see <see cref="InboxItem.Shortened"/>.</summary>
    public int? BudgetTokens { get; init; }
}

/// <summary>Messages: sending, history, and mailboxes of agents that poll instead of staying connected.</summary>
public sealed class MessagesApi
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private readonly RestConnection _connection;

    internal MessagesApi(RestConnection connection) => _connection = connection;

    /// <summary>Stores a message and puts it in its recipients' mailboxes. If there is no idempotency key, the SDK creates one, so that it can
    /// retry after a lost answer without sending the message twice.</summary>
    public Task<SendAnswer> SendAsync(SendRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"messages"), request with { IdempotencyKey = request.IdempotencyKey ?? IdempotencyKeys.Random() },
            WireJson.Lenient.SendRequest, WireJson.Lenient.SendAnswer, cancellationToken, repeatable: true);

    /// <summary>Says what a send would do, and stores nothing. It counts against the rate limit.</summary>
    /// <exception cref="ParleyException">The server would refuse the send, or no server answers.</exception>
    public Task<SendPreview> PreviewAsync(SendRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"messages/preview"), request, WireJson.Lenient.SendRequest, WireJson.Lenient.SendPreview, cancellationToken,
            repeatable: true);

    /// <summary>Sends a text to one address, like <see cref="SendAsync(SendRequest, CancellationToken)"/>.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<SendAnswer> SendAsync(string to, string content, CancellationToken cancellationToken = default) =>
        SendAsync(new SendRequest { To = [to], Content = content }, cancellationToken);

    /// <summary>Sends up to 1,000 messages, each with its own result, in order.</summary>
    public async Task<IReadOnlyList<SendResult>> SendBatchAsync(IEnumerable<SendRequest> requests, CancellationToken cancellationToken = default)
    {
        var keyed = requests.Select(request => request with { IdempotencyKey = request.IdempotencyKey ?? IdempotencyKeys.Random() }).ToArray();
        var answer = await _connection.SendAsync(
            HttpMethod.Post, new RestPath($"messages/batch"), new SendBatchRequest { Items = keyed },
            WireJson.Lenient.SendBatchRequest, WireJson.Lenient.JsonElement, cancellationToken, repeatable: true);
        return [.. answer.GetProperty("items").EnumerateArray().Select(Result)];
    }

    /// <summary>Sends a message to everybody else in the project, or to those that the request selects.</summary>
    public Task<SendAnswer> BroadcastAsync(BroadcastRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"broadcast"), request with { IdempotencyKey = request.IdempotencyKey ?? IdempotencyKeys.Random() },
            WireJson.Lenient.BroadcastRequest, WireJson.Lenient.SendAnswer, cancellationToken, repeatable: true);

    /// <summary>Sends a message and waits for the first reply.</summary>
    public async Task<RequestResult> RequestAsync(SendRequest request, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        try
        {
            var answer = await _connection.SendAsync(
                HttpMethod.Post, new RestPath($"requests"), Requests.From(request, timeout, request.IdempotencyKey ?? IdempotencyKeys.Random()),
                WireJson.Lenient.RequestRequest, WireJson.Lenient.RequestAnswer, cancellationToken, patience: timeout + Grace);
            return Requests.Result(answer);
        }
        catch (ParleyException late) when (late.Code == ErrorCodes.RequestTimeout)
        {
            return new RequestResult.Timeout();
        }
        catch (ParleyUnreachableException lost) when (lost.InnerException is not HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError })
        {
            return new RequestResult.ConnectionLost(Stored: false, lost.Message);
        }
    }

    /// <summary>Lists the messages that match the query and that the caller may read, newest first, a page at a time.</summary>
    /// <exception cref="ParleyException">The server refuses it, or no server answers.</exception>
    public Task<Page<Message>> ListAsync(MessageQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new MessageQuery();
        return _connection.GetAsync(
            new RestPath($"messages")
                .With("type", query.Type).With("sender", query.Sender).With("recipient", query.Recipient).With("thread", query.Thread)
                .With("execution", query.Execution).With("task", query.Task).With("priority", (long?)query.Priority)
                .With("since", query.Since).With("until", query.Until).With("q", query.Text)
                .With("before", query.Before).With("from", query.FromSeq).With("around", query.Around).With("excerpt", query.Excerpt)
                .With("include", query.IncludeDeliveries ? "deliveries" : null).With("state", query.State).With("count", query.Count ? "true" : null)
                .With("limit", query.Limit).With("after", query.After),
            WireJson.Lenient.PageMessage, cancellationToken);
    }

    /// <summary>Gets a message.</summary>
    /// <exception cref="ParleyException">The caller may not read a message with this id, or there is none (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Message> GetAsync(string messageId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"messages/{messageId}"), WireJson.Lenient.Message, cancellationToken);

    /// <summary>Deletes a message's content and withdraws deliveries that nobody has taken. A tombstone keeps its place in the log.</summary>
    public Task DeleteAsync(string messageId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"messages/{messageId}"), cancellationToken);

    /// <summary>Gets what happened to a message, delivery by delivery.</summary>
    public Task<MessageTrace> TraceAsync(string messageId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"messages/{messageId}/trace"), WireJson.Lenient.MessageTrace, cancellationToken);

    /// <summary>Adds the caller's emoji to a message. Doing it twice has no further effect.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task ReactAsync(string messageId, string emoji, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Put, new RestPath($"messages/{messageId}/reactions/{emoji}"), cancellationToken);

    /// <summary>Removes the caller's emoji from a message.</summary>
    /// <exception cref="ParleyException">It does not exist (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task UnreactAsync(string messageId, string emoji, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"messages/{messageId}/reactions/{emoji}"), cancellationToken);

    /// <summary>Reads a mailbox without changing anything.</summary>
    public async Task<IReadOnlyList<InboxItem>> InboxAsync(string agentId, InboxQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new InboxQuery();
        var inbox = await _connection.GetAsync(
            new RestPath($"agents/{agentId}/inbox")
                .With("max", query.Max).With("wait", query.Wait).WithSet("type", query.Types).WithSet("priority", query.Priorities)
                .WithSet("from", query.From).With("budget_tokens", query.BudgetTokens),
            WireJson.Lenient.Inbox, cancellationToken, patience: (query.Wait ?? TimeSpan.Zero) + Grace);
        return inbox.Items;
    }

    /// <summary>Leases messages from a mailbox: they are reserved for the caller until it settles them or the lease lapses.</summary>
    public async Task<IReadOnlyList<InboxItem>> ClaimAsync(string agentId, ClaimRequest? request = null, CancellationToken cancellationToken = default)
    {
        var inbox = await _connection.SendAsync(
            HttpMethod.Post, new RestPath($"agents/{agentId}/claim"), request ?? new ClaimRequest(), WireJson.Lenient.ClaimRequest,
            WireJson.Lenient.Inbox, cancellationToken, patience: TimeSpan.FromSeconds(request?.Wait ?? 0) + Grace);
        return inbox.Items;
    }

    /// <summary>Acknowledges a delivery; without a lease, the caller's own. Acknowledging it again is not an error.</summary>
    public Task AckAsync(string messageId, string? leaseId = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"messages/{messageId}/ack"), new AckRequest { LeaseId = leaseId },
            WireJson.Lenient.AckRequest, cancellationToken, repeatable: true);

    /// <summary>Gives a delivery back. It is requeued after <paramref name="delay"/>, or dead after its last attempt.</summary>
    public Task NackAsync(
        string messageId, string? leaseId = null, TimeSpan? delay = null, string? reason = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"messages/{messageId}/nack"),
            new NackRequest { LeaseId = leaseId, DelaySeconds = delay?.TotalSeconds, Reason = reason }, WireJson.Lenient.NackRequest, cancellationToken);

    /// <summary>Extends the lease of a claimed delivery.</summary>
    /// <param name="messageId">The message.</param>
    /// <param name="leaseId">The lease that holds it; the caller's own if omitted.</param>
    /// <param name="lease">How long from now, in whole seconds: 1 to 3,600.</param>
    /// <param name="cancellationToken">Stops waiting for the answer.</param>
    /// <exception cref="ParleyException">The lease has lapsed (<see cref="ErrorCodes.LeaseLost"/>), or the server refuses.</exception>
    public Task ExtendAsync(string messageId, string? leaseId, TimeSpan lease, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"messages/{messageId}/extend"),
            new ExtendRequest { LeaseId = leaseId, LeaseSeconds = (int)lease.TotalSeconds }, WireJson.Lenient.ExtendRequest, cancellationToken, repeatable: true);

    /// <summary>Reports that the message has been shown to the model.</summary>
    public Task SurfacedAsync(string messageId, string? leaseId = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"messages/{messageId}/surfaced"), new AckRequest { LeaseId = leaseId },
            WireJson.Lenient.AckRequest, cancellationToken, repeatable: true);

    /// <summary>Acknowledges many deliveries, each with its own result, in order.</summary>
    /// <param name="agentId">The agent whose deliveries they are, if not the token's owner. Admins can settle for anyone.</param>
    public async Task<IReadOnlyList<ItemResult>> AckManyAsync(
        IEnumerable<AckItem> items, string? agentId = null, CancellationToken cancellationToken = default)
    {
        var results = await _connection.SendAsync(
            HttpMethod.Post, new RestPath($"acks").With("agent_id", agentId), new AckBatchRequest { Items = [.. items] },
            WireJson.Lenient.AckBatchRequest, WireJson.Lenient.ItemResults, cancellationToken, repeatable: true);
        return results.Items;
    }

    private static SendResult Result(JsonElement item)
    {
        var status = item.GetProperty("status").GetInt32();
        return status < (int)HttpStatusCode.Ambiguous
            ? new SendResult(status, item.Deserialize(WireJson.Lenient.SendAnswer), Problem: null)
            : new SendResult(status, Answer: null, item.GetProperty("problem").Deserialize(WireJson.Lenient.Problem));
    }
}
