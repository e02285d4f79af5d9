using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Parley.Cli.CommandLine;

/// <summary>Options that take a moment: a time of day with its offset, or a time span from now.</summary>
internal static class Moments
{
    private static readonly Dictionary<char, TimeSpan> Units = new()
    {
        ['s'] = TimeSpan.FromSeconds(1),
        ['m'] = TimeSpan.FromMinutes(1),
        ['h'] = TimeSpan.FromHours(1),
        ['d'] = TimeSpan.FromDays(1),
    };

    public static Option<DateTimeOffset?> Ahead(string name, string description, TimeProvider clock) => new(name)
    {
        Description = $"{description}: how far ahead (30m, 2h, 3d), or a time with its offset (2026-01-31T17:00:00Z).",
        HelpName = "TIME",
        CustomParser = result => Read(result, name, clock),
    };

    private static DateTimeOffset? Read(ArgumentResult result, string name, TimeProvider clock)
    {
        if (result.Tokens.Count == 0)
            return null;

        var text = result.Tokens[0].Value;
        if (text.Length > 1 && Units.TryGetValue(text[^1], out var unit) && int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 3_650)
            return clock.GetUtcNow() + (count * unit);
        // Without an offset, it would be a different moment on each machine.
        if (text.Contains('T', StringComparison.OrdinalIgnoreCase) && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.OrdinalIgnoreCase))
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var moment))
        {
            return moment;
        }

        result.AddError($"{name} takes how far ahead it is (30m, 2h, 3d), or a time with its offset (2026-01-31T17:00:00Z), not '{text}'.");
        return null;
    }
}
