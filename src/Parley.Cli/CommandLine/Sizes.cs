using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Parley.Cli.CommandLine;

/// <summary>Options that take a number of bytes, with or without a unit.</summary>
internal static class Sizes
{
    private static readonly (string Unit, long Bytes)[] Units =
        [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("", 1)];

    public static Option<long?> Optional(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "SIZE",
        CustomParser = result => Read(result, name),
    };

    /// <summary>The bytes of a size such as <c>1000</c>, <c>64 KiB</c>, or <c>1.5MB</c>; null if it is none, or less than a byte.</summary>
    internal static long? Parse(string text)
    {
        foreach (var (unit, bytes) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.OrdinalIgnoreCase))
                continue;
            var isNumber = decimal.TryParse(text.AsSpan(0, text.Length - unit.Length).TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number);
            return isNumber && number <= long.MaxValue / bytes && number * bytes >= 1 ? (long)(number * bytes) : null;
        }

        return null;
    }

    private static long? Read(ArgumentResult result, string name)
    {
        if (result.Tokens.Count == 0)
            return null;
        var text = result.Tokens[0].Value;
        if (Parse(text) is not { } bytes)
            result.AddError($"{name} takes a number of bytes, such as 1000, 64KiB, or 10MB, not '{text}'.");
        else
            return bytes;
        return null;
    }
}
