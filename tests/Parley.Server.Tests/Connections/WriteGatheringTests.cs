using Parley.Server.Connections.WebSockets;
using Xunit;

namespace Parley.Server.Tests.Connections;

/// <summary>Many frames go to the system in one write, in their order, and none is kept back.</summary>
public sealed class WriteGatheringTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writes_while_held_go_out_with_the_first_write_afterward()
    {
        var (writes, stream) = (new WriteGathering(), new RecordingStream());

        writes.Hold();
        await writes.WriteAsync(stream, "one "u8.ToArray(), Cancel);
        await writes.WriteAsync(stream, "two "u8.ToArray(), Cancel);
        Assert.Empty(stream.Writes);
        writes.Release();
        await writes.WriteAsync(stream, "three"u8.ToArray(), Cancel);
        await writes.WriteAsync(stream, "four"u8.ToArray(), Cancel);

        Assert.Equal(["one two three", "four"], stream.Writes);
    }

    [Fact]
    public async Task Much_is_written_without_waiting_for_more()
    {
        var (writes, stream) = (new WriteGathering(), new RecordingStream());
        var half = new byte[40 * 1024];

        writes.Hold();
        await writes.WriteAsync(stream, half, Cancel);
        Assert.Empty(stream.Writes);
        await writes.WriteAsync(stream, half, Cancel);

        Assert.Equal(2 * half.Length, Assert.Single(stream.Writes).Length);
    }

    private sealed class RecordingStream : MemoryStream
    {
        public List<string> Writes { get; } = [];

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Writes.Add(System.Text.Encoding.UTF8.GetString(buffer.Span));
            return ValueTask.CompletedTask;
        }
    }
}
