using System.Text;
using Parley.Server.Connections.Frames;
using Parley.Server.Connections.WebSockets;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Connections;

/// <summary>Changes that are held back go out together, once per window, in their order.</summary>
public sealed class FrameCoalescingTests
{
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(100);

    private readonly TestClock _clock = new();
    private readonly List<OutFrame> _sent = [];

    [Fact]
    public void All_changes_of_a_window_go_out_as_one_array_in_their_order()
    {
        using var coalescing = new FrameCoalescing(Window, _clock, _sent.Add);
        foreach (var name in new[] { "1", "2", "3" })
            coalescing.Add(new NamedFrame(name));

        _clock.Advance(Window - TimeSpan.FromMilliseconds(1));
        Assert.Empty(_sent);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        coalescing.Add(new NamedFrame("4"));
        _clock.Advance(Window);
        _clock.Advance(Window);

        // One alone needs no array, and as parts of a larger array, they have no brackets.
        Assert.Equal(["[1,2,3]", "4"], _sent.Select(frame => Written(frame.Write)));
        Assert.Equal(["1,2,3", "4"], _sent.Select(frame => Written(frame.WritePart)));
        Assert.Equal([3, 1], _sent.Select(frame => frame.Count));
    }

    [Fact]
    public void What_gets_large_does_not_wait_for_the_end_of_the_window()
    {
        using var coalescing = new FrameCoalescing(Window, _clock, _sent.Add);
        coalescing.Add(new NamedFrame("1", FrameCoalescing.MostBytes / 2));
        Assert.Empty(_sent);
        coalescing.Add(new NamedFrame("2", FrameCoalescing.MostBytes / 2));

        Assert.Equal("[1,2]", Written(Assert.Single(_sent).Write));
        Assert.Equal(FrameCoalescing.MostBytes, _sent[0].Size);
        _clock.Advance(Window);
        Assert.Single(_sent);
    }

    [Fact]
    public void After_the_end_nothing_more_goes_out()
    {
        var coalescing = new FrameCoalescing(Window, _clock, _sent.Add);
        coalescing.Add(new NamedFrame("1"));
        coalescing.Dispose();
        coalescing.Add(new NamedFrame("2"));
        _clock.Advance(Window);

        Assert.Empty(_sent);
    }

    private static string Written(Action<FrameBuffer> write)
    {
        using var buffer = new FrameBuffer();
        write(buffer);
        return Encoding.UTF8.GetString(buffer.From(0).Span);
    }

    private sealed class NamedFrame(string name, int size = 0) : OutFrame
    {
        internal override int Size => size;

        internal override void Write(FrameBuffer to) => to.Raw(Encoding.UTF8.GetBytes(name));
    }
}
