using Parley.Server.Log;
using Xunit;

namespace Parley.Server.Tests.Log;

public sealed class ProjectLogTests
{
    private const int Kept = 8_192;
    private const int KeptUnread = 256;

    private readonly ProjectLog _log = new(project: 1, id: "default", epoch: 1, head: 0);

    [Fact]
    public void While_somebody_reads_a_long_tail_stays_in_memory()
    {
        for (var seq = 1; seq <= 3 * Kept; seq++)
        {
            Publish(seq, seq);
            if (seq % (Kept / 2) == 0)
                Assert.True(_log.TryRead(_log.Head - 1, [], 1, long.MaxValue));
        }

        Assert.Equal((2 * Kept) + 1, Oldest());
    }

    [Fact]
    public void Without_readers_only_a_short_tail_stays_in_memory()
    {
        Publish(1, 3 * Kept);

        Assert.Equal((3 * Kept) - KeptUnread + 1, Oldest());
    }

    [Fact]
    public void When_somebody_starts_to_read_the_tail_grows_again()
    {
        Publish(1, 3 * Kept);
        Assert.False(_log.TryRead(0, [], 1, long.MaxValue));

        Publish((3 * Kept) + 1, (4 * Kept) - 1);

        Assert.Equal(3 * Kept, Oldest());
        var read = new List<LogEntry>();
        Assert.True(_log.TryRead(3 * Kept, read, Kept, long.MaxValue));
        Assert.Equal(Enumerable.Range((3 * Kept) + 1, Kept - 1).Select(seq => (long)seq), read.Select(entry => entry.Seq));
    }

    [Fact]
    public void Looking_up_an_entry_counts_as_reading()
    {
        Publish(1, 3 * Kept);
        Assert.NotNull(_log.Find(3 * Kept));

        Publish((3 * Kept) + 1, (4 * Kept) - 1);

        Assert.NotNull(_log.Find(3 * Kept));
    }

    /// <summary>The seq of the oldest entry in memory.</summary>
    private long Oldest()
    {
        var oldest = _log.Head;
        while (_log.Find(oldest - 1) is not null)
            oldest--;
        return oldest;
    }

    private void Publish(int from, int to) => _log.Publish(
        [.. Enumerable.Range(from, to - from + 1).Select(seq => new LogEntry { Project = 1, Seq = seq, Kind = EntryKind.Event, Stamp = seq, Json = "{}"u8.ToArray() })]);
}
