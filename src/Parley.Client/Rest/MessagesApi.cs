using System.Net;
using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Which messages to list, newest first; everything given must hold.</summary>
public sealed record MessageQuery
{
    /// <summary>Those of this <c>message_type</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Those that the agent of this id sent.</summary>
    public string? Sender { get; init; }

    /// <summary>Those that were delivered to the agent of this id.</summary>
    public string? Recipient { get; init; }

    /// <summary>Those of the conversation with this id.</summary>
    public string? Thread { get; init; }

    /// <summary>Those of the execution with this id.</summary>
    public string? Execution { get; init; }

    /// <summary>Those of the task with this id.</summary>
    public string? Task { get; init; }

    /// <summary>Those of this priority.</summary>
    public Priority? Priority { get; init; }

    /// <summary>Those that were stored at this time or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Those that were stored before this time.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Words to be found in the content.</summary>
    public string? Text { get; init; }

    /// <summary>How many to a page, 1-500; 50 if absent.</summary>
    public int? Limit { get; init; }

    /// <summary>The <c>next</c> of the page before.</summary>
    public string? After { get; init; }
}

/// <summary>What to see of a mailbox.</summary>
public sealed record InboxQuery
{
    /// <summary>1-500; 10 if absent.</summary>
    public int? Max { get; init; }

    /// <summary>How long to wait when nothing is there, up to a minute.</summary>
    public TimeSpan? Wait { get; init; }

    /// <summary>Only messages of these types; all if absent.</summary>
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>Only messages of these priorities; all if absent.</summary>
    public IReadOnlyList<Priority>? Priorities { get; init; }

    /// <summary>Only messages of the agents with these ids; all if absent.</summary>
    public IReadOnlyList<string>? From { get; init; }

    /// <summary>Shortens what is shown to about so many tokens of a model.</summary>
    public int? BudgetTokens { get; init; }
}

/// <summary>Messages: sending, history, and an agent's mailbox for those that poll rather than stay connected.</summary>
public sealed class MessagesApi
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private readonly RestConnection _connection;

    internal MessagesApi(RestConnection connection) => _connection = connection;

    /// <summary>Stores a message and puts it in its recipients' mailboxes. A key is made where none is given, so that a try whose
    /// answer was lost is made again without a second message.</summary>
    public Task<SendAnswer> SendAsync(SendRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"messages"), request with { IdempotencyKey = request.IdempotencyKey ?? IdempotencyKeys.Random() },
            WireJson.Lenient.SendRequest, WireJson.Lenient.SendAnswer, cancellationToken, repeatable: true);

    /// <summary>Sends a text to one address, as <see cref="SendAsync(SendRequest, CancellationToken)"/> does.</summary>
    /// <exception cref="ParleyException">The server refuses it; no server answers.</exception>
    public Task<SendAnswer> SendAsync(string to, string content, CancellationToken cancellationToken = default) =>
        SendAsync(new SendRequest { To = [to], Content = content }, cancellationToken);

    /// <summary>Up to 1,000 sends, each with its own result, in order.</summary>
    public async Task<IReadOnlyList<SendResult>> SendBatchAsync(IEnumerable<SendRequest> requests, CancellationToken cancellationToken = default)
    {
        var keyed = requests.Select(request => request with { IdempotencyKey = request.IdempotencyKey ?? IdempotencyKeys.Random() }).ToArray();
        var answer = await _connection.SendAsync(
            HttpMethod.Post, new RestPath($"messages/batch"), new SendBatchRequest { Items = keyed },
            WireJson.Lenient.SendBatchRequest, WireJson.Lenient.JsonElement, cancellationToken, repeatable: true);
        return [.. answer.GetProperty("items").EnumerateArray().Select(Result)];
    }

    /// <summary>A message to everybody else in the project, or to the part that the request names.</summary>
    public Task<SendAnswer> BroadcastAsync(BroadcastRequest request, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"broadcast"), request with { IdempotencyKey = request.IdempotencyKey ?? IdempotencyKeys.Random() },
            WireJson.Lenient.BroadcastRequest, WireJson.Lenient.SendAnswer, cancellationToken, repeatable: true);

    /// <summary>Sends and waits for the first reply.</summary>
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

    /// <summary>The history: messages that match and that the caller may read, newest first, a page at a time.</summary>
    /// <exception cref="ParleyException">The server refuses it; no server answers.</exception>
    public Task<Page<Message>> ListAsync(MessageQuery? query = null, CancellationToken cancellationToken = default)
    {
        query ??= new MessageQuery();
        return _connection.GetAsync(
            new RestPath($"messages")
                .With("type", query.Type).With("sender", query.Sender).With("recipient", query.Recipient).With("thread", query.Thread)
                .With("execution", query.Execution).With("task", query.Task).With("priority", (long?)query.Priority)
                .With("since", query.Since).With("until", query.Until).With("q", query.Text).With("limit", query.Limit).With("after", query.After),
            WireJson.Lenient.PageMessage, cancellationToken);
    }

    /// <summary>One message.</summary>
    /// <exception cref="ParleyException">There is none of this id that the caller may read (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task<Message> GetAsync(string messageId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"messages/{messageId}"), WireJson.Lenient.Message, cancellationToken);

    /// <summary>Removes the content and withdraws deliveries that nobody has taken; a tombstone keeps its place.</summary>
    public Task DeleteAsync(string messageId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"messages/{messageId}"), cancellationToken);

    /// <summary>What happened to a message, delivery by delivery.</summary>
    public Task<MessageTrace> TraceAsync(string messageId, CancellationToken cancellationToken = default) =>
        _connection.GetAsync(new RestPath($"messages/{messageId}/trace"), WireJson.Lenient.MessageTrace, cancellationToken);

    /// <summary>Puts an emoji of the caller's on a message. Twice is once.</summary>
    /// <exception cref="ParleyException">It is not there (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task ReactAsync(string messageId, string emoji, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Put, new RestPath($"messages/{messageId}/reactions/{emoji}"), cancellationToken);

    /// <summary>Takes an emoji of the caller's off a message.</summary>
    /// <exception cref="ParleyException">It is not there (<see cref="ErrorCodes.NotFound"/>), or the server refuses.</exception>
    public Task UnreactAsync(string messageId, string emoji, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(HttpMethod.Delete, new RestPath($"messages/{messageId}/reactions/{emoji}"), cancellationToken);

    /// <summary>Looks into a mailbox and changes nothing.</summary>
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

    /// <summary>Leases messages of a mailbox: the caller has them to itself until it settles them or the lease lapses.</summary>
    public async Task<IReadOnlyList<InboxItem>> ClaimAsync(string agentId, ClaimRequest? request = null, CancellationToken cancellationToken = default)
    {
        var inbox = await _connection.SendAsync(
            HttpMethod.Post, new RestPath($"agents/{agentId}/claim"), request ?? new ClaimRequest(), WireJson.Lenient.ClaimRequest,
            WireJson.Lenient.Inbox, cancellationToken, patience: TimeSpan.FromSeconds(request?.Wait ?? 0) + Grace);
        return inbox.Items;
    }

    /// <summary>Settles a delivery; without a lease the caller's own. Acknowledging again is no error.</summary>
    public Task AckAsync(string messageId, string? leaseId = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"messages/{messageId}/ack"), new AckRequest { LeaseId = leaseId },
            WireJson.Lenient.AckRequest, cancellationToken, repeatable: true);

    /// <summary>Gives a delivery back: it is queued again after <paramref name="delay"/>, or is dead after its last attempt.</summary>
    public Task NackAsync(
        string messageId, string? leaseId = null, TimeSpan? delay = null, string? reason = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"messages/{messageId}/nack"),
            new NackRequest { LeaseId = leaseId, DelaySeconds = delay?.TotalSeconds, Reason = reason }, WireJson.Lenient.NackRequest, cancellationToken);

    /// <summary>Keeps a claimed delivery for longer.</summary>
    /// <param name="messageId">The message.</param>
    /// <param name="leaseId">By which it is held; the caller's own if absent.</param>
    /// <param name="lease">From now on, in whole seconds: 1 to 3,600.</param>
    /// <param name="cancellationToken">Gives up waiting for the answer.</param>
    /// <exception cref="ParleyException">The lease has lapsed (<see cref="ErrorCodes.LeaseLost"/>), or the server refuses.</exception>
    public Task ExtendAsync(string messageId, string? leaseId, TimeSpan lease, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"messages/{messageId}/extend"),
            new ExtendRequest { LeaseId = leaseId, LeaseSeconds = (int)lease.TotalSeconds }, WireJson.Lenient.ExtendRequest, cancellationToken, repeatable: true);

    /// <summary>Says that the message has been put before the model.</summary>
    public Task SurfacedAsync(string messageId, string? leaseId = null, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            HttpMethod.Post, new RestPath($"messages/{messageId}/surfaced"), new AckRequest { LeaseId = leaseId },
            WireJson.Lenient.AckRequest, cancellationToken, repeatable: true);

    /// <summary>Settles many, each with its own result, in order.</summary>
    /// <param name="agentId">Whose deliveries they are, where that is not the token's owner: an admin settles for anyone.</param>
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
