using System.Globalization;

namespace Parley.Server.Mailboxes;

/// <summary>A lease id on the wire: <c>DELIVERY.LEASE</c>, so that settling by it needs no search.</summary>
internal static class LeaseId
{
    internal static string ToText(long delivery, long lease) => string.Create(CultureInfo.InvariantCulture, $"{delivery}.{lease}");

    internal static bool TryParse(ReadOnlySpan<byte> utf8, out long delivery, out long lease)
    {
        delivery = lease = 0;
        var dot = utf8.IndexOf((byte)'.');
        return dot > 0 &&
            long.TryParse(utf8[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out delivery) &&
            long.TryParse(utf8[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out lease) &&
            delivery > 0 && lease > 0;
    }

    internal static bool TryParse(ReadOnlySpan<char> text, out long delivery, out long lease)
    {
        delivery = lease = 0;
        var dot = text.IndexOf('.');
        return dot > 0 &&
            long.TryParse(text[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out delivery) &&
            long.TryParse(text[(dot + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out lease) &&
            delivery > 0 && lease > 0;
    }
}
