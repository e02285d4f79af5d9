using System.Collections.Concurrent;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Bench.Workloads;

/// <summary>Reads a long history: pages, conversations, and searches.</summary>
internal sealed class HistoryWorkload : IWorkload
{
    private const int Messages = 1_000_000;
    private const int FastMessages = 100_000;
    private const int Senders = 10;
    private const int ConversationsAtOnce = 16;
    private const int ThreadMessages = 20;
    private const int Queries = 500;
    private const string Last = "zymurgical";
    private const string How = "over REST, one at a time, from the call to the parsed answer";
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private static readonly Metric Page = new("page, p99", Unit.Milliseconds, $"50 messages a page, from the newest back; {How}", Floor: 50, Goal: 10);
    private static readonly Metric SenderPage = new("page of one sender, p99", Unit.Milliseconds, How, Floor: 50, Goal: 10);
    private static readonly Metric Thread = new("thread, p99", Unit.Milliseconds, $"{ThreadMessages} messages, anywhere in the history; {How}", Floor: 50, Goal: 10);
    private static readonly Metric Search = new("search, p99", Unit.Milliseconds, $"a word of typical frequency; 50 messages; {How}", Floor: 50, Goal: 10);
    private static readonly Metric Indexing = new("index behind the last message", Unit.Milliseconds, "last confirmation until a search finds that message");

    private readonly BenchPlan _plan;
    private readonly BenchProject _project;
    private readonly IReadOnlyList<ParleyAgent> _senders;
    private readonly ConcurrentBag<string> _threads = [];
    private TimeSpan _indexed;

    private HistoryWorkload(BenchPlan plan, BenchProject project, IReadOnlyList<ParleyAgent> senders) =>
        (_plan, _project, _senders) = (plan, project, senders);

    public static WorkloadKind Kind { get; } = new("history", $"{Messages:N0} messages stored, then paged, opened by thread, and searched", OpenAsync);

    private int Count => _plan.Messages ?? (_plan.Fast ? FastMessages : Messages);

    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        var conversations = Math.Max(1, Count / ThreadMessages);
        var next = 0;
        await FirstFailure.OrAllAsync(_senders.SelectMany(sender => Enumerable.Range(0, ConversationsAtOnce).Select(_ => Task.Run(
            async () =>
            {
                for (int mine; (mine = Interlocked.Increment(ref next)) <= conversations;)
                    _threads.Add(await ConverseAsync(sender, mine * ThreadMessages, cancellationToken));
            },
            cancellationToken))));

        await _senders[0].SendAsync(_senders[0].AgentId, Last, cancellationToken);
        var start = _plan.Time.GetTimestamp();
        while (!await IsIndexedAsync(cancellationToken))
            await Task.Delay(PollInterval, _plan.Time, cancellationToken);
        _indexed = _plan.Time.GetElapsedTime(start);
        await QueryAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<Sample>> RunAsync(CancellationToken cancellationToken) =>
        [.. await QueryAsync(cancellationToken), Indexing.Of(_indexed.TotalMilliseconds)];

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_senders.Select(sender => sender.DisposeAsync().AsTask()));
        await _project.DisposeAsync();
    }

    private async Task<bool> IsIndexedAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await ListAsync(new MessageQuery { Text = Last }, cancellationToken)).Items.Count > 0;
        }
        catch (ParleyException refused) when (refused.Code == ErrorCodes.IndexBehind)
        {
            return false;
        }
    }

    private static async Task<IWorkload> OpenAsync(BenchPlan plan, CancellationToken cancellationToken)
    {
        var project = await BenchProject.CreateAsync(plan.Server, "history", cancellationToken);
        var senders = new List<ParleyAgent>();
        for (var sender = 1; sender <= (plan.Agents ?? Senders); sender++)
            senders.Add(await project.ConnectAsync($"sender-{sender}", cancellationToken));
        return new HistoryWorkload(plan, project, senders);
    }

    /// <summary>A conversation that an agent has with itself, in which it may always send.</summary>
    /// <returns>Its thread.</returns>
    private async Task<string> ConverseAsync(ParleyAgent sender, int firstContent, CancellationToken cancellationToken)
    {
        string[] self = [sender.AgentId];
        var opening = await sender.SendAsync(new SendRequest { To = self, Content = _plan.Corpus[firstContent] }, cancellationToken);
        var thread = opening.ConversationThreadId;
        var rest = new List<Task<SendAnswer>>(ThreadMessages);
        for (var message = 1; message < ThreadMessages; message++)
        {
            var send = new SendRequest { To = self, Content = _plan.Corpus[firstContent + message], ConversationThreadId = thread };
            rest.Add(await sender.BeginSendAsync(send, cancellationToken));
        }

        await Task.WhenAll(rest);
        return thread;
    }

    private async Task<IReadOnlyList<Sample>> QueryAsync(CancellationToken cancellationToken)
    {
        var random = new Random(7);
        var threads = _threads.ToArray();
        string? after = null;
        return
        [
            Page.Of(await MeasureAsync(async () => after = (await ListAsync(new MessageQuery { After = after }, cancellationToken)).Next)),
            SenderPage.Of(await MeasureAsync(() => ListAsync(
                new MessageQuery { Sender = _senders[random.Next(_senders.Count)].AgentId }, cancellationToken))),
            Thread.Of(await MeasureAsync(() => _project.Api.Threads.GetAsync(threads[random.Next(threads.Length)], cancellationToken: cancellationToken))),
            Search.Of(await MeasureAsync(() => ListAsync(new MessageQuery { Text = _plan.Corpus.Draw(random) }, cancellationToken))),
        ];
    }

    private Task<Page<Message>> ListAsync(MessageQuery query, CancellationToken cancellationToken) =>
        _project.Api.Messages.ListAsync(query, cancellationToken);

    private async Task<double> MeasureAsync(Func<Task> query)
    {
        var latencies = new double[Queries];
        for (var number = 0; number < Queries; number++)
        {
            var start = _plan.Time.GetTimestamp();
            await query();
            latencies[number] = _plan.Time.GetElapsedTime(start).TotalMilliseconds;
        }

        return Quantile.Of(latencies, 0.99);
    }
}
