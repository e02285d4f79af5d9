using System.Globalization;
using System.Text;

namespace Parley.Server.Events;

/// <summary>An attribute of a CloudEvent as the value of a header; see the HTTP binding, 3.1.3.2.</summary>
internal static class CloudEventHeader
{
    /// <summary>The value may be quoted, percent-encoded, or both.</summary>
    internal static string Unescape(string value)
    {
        if (value is ['"', .. var inner, '"'])
            value = inner.Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
        return value.Contains('%', StringComparison.Ordinal) ? Uri.UnescapeDataString(value) : value;
    }

    /// <summary>Percent-encodes spaces, quotes, percent signs, and everything that is not printable ASCII.</summary>
    internal static string Escape(string value)
    {
        if (value.All(letter => letter is > ' ' and <= '~' and not '"' and not '%'))
            return value;
        var escaped = new StringBuilder(value.Length + 16);
        foreach (var one in Encoding.UTF8.GetBytes(value))
        {
            if (one is > (byte)' ' and <= (byte)'~' and not (byte)'"' and not (byte)'%')
                escaped.Append((char)one);
            else
                escaped.Append(CultureInfo.InvariantCulture, $"%{one:X2}");
        }

        return escaped.ToString();
    }
}
