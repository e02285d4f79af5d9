using Microsoft.Extensions.Logging.Abstractions;
using Parley.Server.Connections.Frames;
using Parley.Server.Security;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Connections;

/// <summary>Frames that are answered: one after the other, and none while answers pile up.</summary>
public sealed class FrameTableTests
{
    private readonly List<string> _begun = [];
    private readonly TaskCompletionSource<OutFrame?> _first = new();
    private readonly Connection _connection = new();
    private readonly FrameTable _table;

    public FrameTableTests() => _table = new FrameTable(
        [
            new FrameFace(new FrameMeaning("set", "Sets.", null))
            {
                Answerer = (_, frame, _) =>
                {
                    _begun.Add(Text(frame.Id));
                    return _begun.Count == 1 ? new ValueTask<OutFrame?>(_first.Task) : new ValueTask<OutFrame?>(DataFrame.Ok(frame.Id));
                },
            },
        ],
        NullLogger<FrameTable>.Instance);

    [Fact]
    public async Task The_next_frame_starts_when_the_previous_one_is_answered()
    {
        await HandleAsync("1");
        var second = HandleAsync("2");
        Assert.Equal(["1"], _begun);

        _first.SetResult(DataFrame.Ok("1"u8.ToArray()));
        await second;

        Assert.Equal(["1", "2"], _begun);
        Assert.Equal(2, _connection.Sent.Count);
    }

    [Fact]
    public async Task A_failure_ends_its_own_frame_alone()
    {
        await HandleAsync("1");
        var second = HandleAsync("2");

        _first.SetException(new InvalidOperationException("A bug."));
        await second;

        Assert.Equal(["1", "2"], _begun);
        Assert.Equal(2, _connection.Sent.Count);
    }

    [Fact]
    public async Task No_frame_starts_while_nobody_reads_the_answers()
    {
        _first.SetResult(null);
        _connection.Low = new TaskCompletionSource();
        var waiting = HandleAsync("1");
        Assert.Empty(_begun);

        _connection.Low.SetResult();
        await waiting;

        Assert.Equal(["1"], _begun);
    }

    [Fact]
    public void An_answer_counts_with_its_bytes() => Assert.Equal(3, new DataFrame([], [], [1, 2, 3]).Size);

    private Task HandleAsync(string id) =>
        _table.HandleAsync(_connection, new InFrame("set", System.Text.Encoding.UTF8.GetBytes(id), default), TestContext.Current.CancellationToken).AsTask();

    private static string Text(byte[] id) => System.Text.Encoding.UTF8.GetString(id);

    private sealed class Connection : IFrameConnection
    {
        internal List<OutFrame> Sent { get; } = [];

        internal TaskCompletionSource? Low { get; set; }

        public Caller Caller => throw new NotSupportedException();

        public bool Takes => true;

        public ChangesUnderWay Changes { get; } = new();

        public CancellationToken Ending => CancellationToken.None;

        public CancellationToken Closing => CancellationToken.None;

        public Task Answering { get; set; } = Task.CompletedTask;

        public AnswersUnderWay Answers { get; } = new();

        public void Add(OutFrame frame) => Sent.Add(frame);

        public ValueTask LowAsync(CancellationToken cancellationToken) => Low is null ? ValueTask.CompletedTask : new ValueTask(Low.Task);
    }
}
