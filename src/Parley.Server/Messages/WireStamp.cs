using System.Globalization;

namespace Parley.Server.Messages;

/// <summary>Times as the wire writes them, from Unix milliseconds.</summary>
internal static class WireStamp
{
    [ThreadStatic]
    private static (long Second, byte[]? Text) _last;

    /// <summary>Writes a quoted time, 26 bytes. The text of a second is made once: the messages of a batch share it.</summary>
    internal static void Write(long stamp, Span<byte> to, ref int at)
    {
        var (second, millisecond) = Math.DivRem(stamp, 1000);
        if (_last.Text is null || _last.Second != second)
        {
            var text = new byte[26];
            _ = DateTimeOffset.FromUnixTimeSeconds(second).UtcDateTime
                .TryFormat(text, out _, "'\"'yyyy-MM-dd'T'HH:mm:ss.'000Z\"'", CultureInfo.InvariantCulture);
            _last = (second, text);
        }

        var span = to.Slice(at, 26);
        _last.Text.CopyTo(span);
        span[21] = (byte)('0' + (millisecond / 100));
        span[22] = (byte)('0' + (millisecond / 10 % 10));
        span[23] = (byte)('0' + (millisecond % 10));
        at += 26;
    }
}
