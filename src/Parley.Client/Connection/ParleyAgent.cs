#pragma warning disable CS0067
using Parley.Protocol;

namespace Parley.Client;

/// <summary>skeleton</summary>
public sealed partial class ParleyAgent : IAsyncDisposable
{
    public event EventHandler<StateChangedEventArgs>? StateChanged;
    public event EventHandler<SettlementFailedEventArgs>? SettlementFailed;

    public string AgentId => throw new NotSupportedException("Not yet.");
    public string ProjectId => throw new NotSupportedException("Not yet.");
    public Agent Agent => throw new NotSupportedException("Not yet.");
    public string SessionId => throw new NotSupportedException("Not yet.");
    public string Place => throw new NotSupportedException("Not yet.");
    public ConnectionState State => throw new NotSupportedException("Not yet.");
    public static Task<ParleyAgent> ConnectAsync(string agentId, CancellationToken cancellationToken = default) => throw new NotSupportedException("Not yet.");
    public static Task<ParleyAgent> ConnectAsync(ParleyOptions? options = null, CancellationToken cancellationToken = default) => throw new NotSupportedException("Not yet.");
    public Task<SendAnswer> SendAsync(string to, string content, CancellationToken cancellationToken = default) => throw new NotSupportedException("Not yet.");
    public Task<SendAnswer> SendAsync(SendRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException("Not yet.");
    public ValueTask<Task<SendAnswer>> BeginSendAsync(SendRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException("Not yet.");
    public Task<IReadOnlyList<SendResult>> SendManyAsync(IEnumerable<SendRequest> requests, CancellationToken cancellationToken = default) => throw new NotSupportedException("Not yet.");
    public Task<SendAnswer> ReplyAsync(string messageId, SendRequest reply, CancellationToken cancellationToken = default) => throw new NotSupportedException("Not yet.");
    public Task<RequestResult> RequestAsync(string to, string content, TimeSpan timeout, CancellationToken cancellationToken = default) => throw new NotSupportedException("Not yet.");
    public Task<RequestResult> RequestAsync(SendRequest request, TimeSpan timeout, CancellationToken cancellationToken = default) => throw new NotSupportedException("Not yet.");
    public IAsyncEnumerable<ReceivedMessage> ReceiveAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException("Not yet.");
    public IAsyncEnumerable<ReceivedMessage> ReceiveAsync(MailboxFilter? filter, CancellationToken cancellationToken = default) => throw new NotSupportedException("Not yet.");
    public Task FilterAsync(MailboxFilter? filter, CancellationToken cancellationToken = default) => throw new NotSupportedException("Not yet.");
    public IDisposable OnMessage(MailboxFilter? filter, Func<ReceivedMessage, CancellationToken, Task> handler) => throw new NotSupportedException("Not yet.");
    public Task SetStatusAsync(AgentStatus? status = null, AgentActivity? activity = null, CancellationToken cancellationToken = default) => throw new NotSupportedException("Not yet.");
    public IAsyncEnumerable<FeedEntry> SubscribeAsync(FeedRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException("Not yet.");
    public Task FlushAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException("Not yet.");
    public ValueTask DisposeAsync() => throw new NotSupportedException("Not yet.");
    internal Task AckAsync(ReceivedMessage message, bool confirm, CancellationToken cancellationToken) => throw new NotSupportedException("Not yet.");
    internal Task NackAsync(ReceivedMessage message, TimeSpan? delay, string? reason, CancellationToken cancellationToken) => throw new NotSupportedException("Not yet.");
    internal Task ExtendAsync(ReceivedMessage message, TimeSpan lease, CancellationToken cancellationToken) => throw new NotSupportedException("Not yet.");
    internal Task SurfacedAsync(ReceivedMessage message, CancellationToken cancellationToken) => throw new NotSupportedException("Not yet.");
}
