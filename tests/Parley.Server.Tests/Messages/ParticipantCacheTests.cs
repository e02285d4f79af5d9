using Parley.Server.History;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Xunit;

namespace Parley.Server.Tests.Messages;

public sealed class KnownParticipantsTests
{
    private const int Project = 1;
    private const int Agent = 7;
    private const long Thread = 42;

    private readonly TestClock _clock = new();
    private readonly History _history = new();
    private readonly ParticipantCache _participants;

    public KnownParticipantsTests() => _participants = new ParticipantCache(_history, _clock);

    [Fact]
    public async Task A_conversation_asks_the_store_once()
    {
        _history.Parts.Add((Project, Thread, Agent));

        for (var message = 0; message < 100; message++)
            Assert.True(await HasAsync());

        Assert.Equal(1, _history.Asked);
    }

    [Fact]
    public async Task A_new_participant_is_known_at_once()
    {
        Assert.False(await HasAsync());

        _history.Parts.Add((Project, Thread, Agent));

        Assert.True(await HasAsync());
    }

    [Fact]
    public async Task A_former_participant_is_noticed_a_moment_later()
    {
        _history.Parts.Add((Project, Thread, Agent));
        Assert.True(await HasAsync());
        _history.Parts.Clear();

        _clock.Advance(TimeSpan.FromSeconds(10));

        Assert.False(await HasAsync());
    }

    [Theory]
    [InlineData(2, Thread, Agent)]
    [InlineData(Project, 43, Agent)]
    [InlineData(Project, Thread, 8)]
    public async Task Nothing_is_inferred_from_one_participant_about_another(int project, long thread, int agent)
    {
        _history.Parts.Add((Project, Thread, Agent));
        Assert.True(await HasAsync());

        Assert.False(await _participants.HasAsync(project, thread, agent, TestContext.Current.CancellationToken));
    }

    private ValueTask<bool> HasAsync() => _participants.HasAsync(Project, Thread, Agent, TestContext.Current.CancellationToken);

    private sealed class History : IMessageHistory
    {
        public HashSet<(int Project, long Thread, int Agent)> Parts { get; } = [];

        public int Asked { get; private set; }

        public ValueTask<bool> TakesPartAsync(int project, long thread, int agent, CancellationToken cancellationToken)
        {
            Asked++;
            return new(Parts.Contains((project, thread, agent)));
        }

        public ValueTask<MessageCount> CountAsync(HistoryQuery query, int most, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<LogEntry>> ListAsync(HistoryQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<T>> LastSentAsync<T>(
            int project, IReadOnlyCollection<int> senders, Func<LogEntry, T> show, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<LogEntry>> ThreadAsync(int project, long thread, long after, int max, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<IReadOnlyList<ThreadRow>> ThreadsAsync(int project, int? agent, long before, int max, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<ThreadRow?> ThreadRowAsync(int project, long thread, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<bool> IsReleasedAsync(int project, long seq, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<DeliveryRow>> DeliveriesAsync(int project, long seq, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<ReplyLink>> ChainAsync(int project, long seq, long since, int max, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<IReadOnlyList<LogEntry>> RepliesAsync(int project, long seq, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<TraceRow?> TraceAsync(int project, long seq, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<(string Emoji, string Agent)>> ReactionsAsync(int project, long seq, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<IReadOnlyList<DeadLetterRow>> DeadLettersAsync(DeadLetterSelection which, long before, int max, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<IReadOnlyList<DeadLetterTally>> DeadLetterGroupsAsync(DeadLetterSelection which, int max, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<IReadOnlyList<(long Seq, Guid Id)>> SupersededAsync(int project, long thread, long upTo, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
