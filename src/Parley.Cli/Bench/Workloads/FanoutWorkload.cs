using Parley.Cli.Bench.Clients;
using Parley.Client;

namespace Parley.Cli.Bench.Workloads;

/// <summary>One sender, and many readers that follow the project's messages and read each.</summary>
internal sealed class FanoutWorkload : IWorkload
{
    private const int Subscribers = 100;
    private const int Messages = 2_000;
    private const string Sink = "sink";
    private static readonly Metric Rate = new(
        "deliveries", Unit.PerSecond, "first send until every subscriber has parsed the last message", Floor: 200_000, Goal: 380_000);

    private readonly BenchPlan _plan;
    private readonly BenchProject _project;
    private readonly SdkClient _sender;
    private readonly IReadOnlyList<ISubscriber> _subscribers;

    private FanoutWorkload(BenchPlan plan, BenchProject project, SdkClient sender, IReadOnlyList<ISubscriber> subscribers) =>
        (_plan, _project, _sender, _subscribers) = (plan, project, sender, subscribers);

    public static WorkloadKind OverWebSockets { get; } = KindOf("fanout-ws", "WebSocket", SocketSubscriber.OpenAsync);

    public static WorkloadKind OverServerSentEvents { get; } = KindOf("fanout-sse", "SSE", StreamSubscriber.OpenAsync);

    public Task WarmUpAsync(CancellationToken cancellationToken) => SpreadAsync(BenchPlan.WarmUpMessages / 10, cancellationToken);

    public async Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellationToken)
    {
        var messages = _plan.Messages ?? Messages;
        var start = _plan.Time.GetTimestamp();
        await SpreadAsync(messages, cancellationToken);
        return [Rate.Of((double)messages * _subscribers.Count / _plan.Time.GetElapsedTime(start).TotalSeconds)];
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_subscribers.Select(subscriber => subscriber.DisposeAsync().AsTask()));
        await _sender.DisposeAsync();
        await _project.DisposeAsync();
    }

    private static WorkloadKind KindOf(
        string name, string transport, Func<BenchProject, string, CancellationToken, Task<ISubscriber>> subscribe) =>
        new(name, $"one sender to {Subscribers} {transport} subscribers, {Messages:N0} messages", async (plan, cancellationToken) =>
        {
            var project = await BenchProject.CreateAsync(plan.Server, name, cancellationToken);
            await project.RegisterAsync(Sink, cancellationToken);
            var sender = await project.ConnectAsync("sender", cancellationToken);
            var token = await project.ObserverTokenAsync(cancellationToken);
            var subscribers = new List<ISubscriber>();
            for (var count = plan.Agents ?? Subscribers; count > 0; count--)
                subscribers.Add(await subscribe(project, token, cancellationToken));
            return new FanoutWorkload(plan, project, new SdkClient(sender), subscribers);
        });

    private Task SpreadAsync(int messages, CancellationToken cancellationToken) => FirstFailure.OrAllAsync(
    [
        .. _subscribers.Select(subscriber => Task.Run(() => subscriber.ReadAsync(messages), cancellationToken).WaitAsync(cancellationToken)),
        Task.Run(() => _plan.Traffic.SendAsync(_sender, Sink, messages, cancellationToken), cancellationToken),
    ]);

    /// <summary>Follows the messages of a project. Each run continues where the previous one ended.</summary>
    private interface ISubscriber : IAsyncDisposable
    {
        /// <summary>Reads a number of messages.</summary>
        Task ReadAsync(int messages);
    }

    private sealed class SocketSubscriber(ParleyAgent observer, FeedSubscription subscription) : ISubscriber
    {
        private readonly IAsyncEnumerator<FeedEntry> _entries = subscription.GetAsyncEnumerator();

        public static async Task<ISubscriber> OpenAsync(BenchProject project, string token, CancellationToken cancellationToken)
        {
            var observer = await project.ConnectAsync("human", token, cancellationToken);
            return new SocketSubscriber(observer, await observer.SubscribeAsync(FeedRequest.Of("messages"), cancellationToken));
        }

        public async Task ReadAsync(int messages)
        {
            for (var read = 0; read < messages && await _entries.MoveNextAsync();)
                read += _entries.Current.Message is { Content.Length: Corpus.ContentBytes } ? 1 : 0;
        }

        public async ValueTask DisposeAsync()
        {
            await subscription.DisposeAsync();
            await observer.DisposeAsync();
        }
    }

    private sealed class StreamSubscriber : ISubscriber
    {
        private readonly ParleyApi _api;
        private readonly CancellationTokenSource _stop = new();
        private readonly IAsyncEnumerator<StreamEvent> _events;

        private StreamSubscriber(ParleyApi api, string project)
        {
            _api = api;
            _events = api.Streams.Project(project, new StreamOptions { Places = true }, _stop.Token).GetAsyncEnumerator();
        }

        public static async Task<ISubscriber> OpenAsync(BenchProject project, string token, CancellationToken cancellationToken)
        {
            var subscriber = new StreamSubscriber(project.Open(token), project.Id);

            // The first entry is the place, so the stream is open.
            await subscriber._events.MoveNextAsync().AsTask().WaitAsync(cancellationToken);
            return subscriber;
        }

        public async Task ReadAsync(int messages)
        {
            for (var read = 0; read < messages && await _events.MoveNextAsync();)
                read += _events.Current.Message is { Content.Length: Corpus.ContentBytes } ? 1 : 0;
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _api.DisposeAsync();
            _stop.Dispose();
        }
    }
}
