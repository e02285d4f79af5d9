using System.Globalization;

namespace Parley.Server.Wire;

/// <summary>Writes Unix milliseconds as times in the wire's format.</summary>
internal static class Rfc3339
{
    /// <summary>A message has two times and its delivery has a third, each possibly in a different second.</summary>
    private const int Remembered = 4;

    [ThreadStatic]
    private static (long Second, byte[]? Text)[]? _texts;

    [ThreadStatic]
    private static int _next;

    /// <summary>Writes a quoted time, which takes 26 bytes. The text of each second is created once and shared by the messages of a batch.</summary>
    internal static void Write(long stamp, Span<byte> to, ref int at)
    {
        var (second, millisecond) = Math.DivRem(stamp, 1000);
        var span = to.Slice(at, 26);
        TextOf(second).CopyTo(span);
        span[21] = (byte)('0' + (millisecond / 100));
        span[22] = (byte)('0' + (millisecond / 10 % 10));
        span[23] = (byte)('0' + (millisecond % 10));
        at += 26;
    }

    private static byte[] TextOf(long second)
    {
        var texts = _texts ??= new (long, byte[]?)[Remembered];
        foreach (var (known, text) in texts)
        {
            if (known == second && text is not null)
                return text;
        }

        var made = new byte[26];
        _ = DateTimeOffset.FromUnixTimeSeconds(second).UtcDateTime
            .TryFormat(made, out _, "'\"'yyyy-MM-dd'T'HH:mm:ss.'000Z\"'", CultureInfo.InvariantCulture);
        texts[_next] = (second, made);
        _next = (_next + 1) % Remembered;
        return made;
    }
}
