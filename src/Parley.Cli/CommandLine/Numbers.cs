using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace Parley.Cli.CommandLine;

/// <summary>Options and arguments that take a number, usually with limits. The library's error for an invalid number names a .NET type.</summary>
internal static class Numbers
{
    /// <param name="expected">What it takes, such as <c>a whole number from 1 to 500</c>.</param>
    public static Option<T?> Optional<T>(string name, string description, string helpName, T least, T most, string expected)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = helpName,
            CustomParser = result => Read(result, name, least, most, expected),
        };

    /// <inheritdoc cref="Optional{T}"/>
    public static Option<T> WithDefault<T>(string name, string description, string helpName, T least, T most, T value, string expected)
        where T : struct, INumber<T> => new(name)
        {
            Description = description,
            HelpName = helpName,
            DefaultValueFactory = _ => value,
            CustomParser = result => Read(result, name, least, most, expected) ?? value,
        };

    /// <summary>An argument that takes any number.</summary>
    public static Argument<double> Any(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => Read(result, $"<{name}>", double.MinValue, double.MaxValue, "a number") ?? 0,
    };

    /// <summary>The most items that a list shows.</summary>
    public static Option<int> Limit(string name, int value) =>
        WithDefault(name, "How many at most (1-500).", "N", 1, 500, value, "a whole number from 1 to 500");

    private static T? Read<T>(ArgumentResult result, string name, T least, T most, string expected)
        where T : struct, INumber<T>
    {
        if (result.Tokens.Count == 0)
            return null;

        var text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        result.AddError($"{name} takes {expected}, not '{text}'.");
        return null;
    }
}
