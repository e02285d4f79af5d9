using System.Globalization;

namespace Parley.Server.Storage;

/// <summary>A few agents' numbers in a text column, separated by commas.</summary>
internal static class NumberList
{
    internal static IReadOnlyList<int> Parse(string? text) =>
        text is null ? [] : [.. text.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))];

    /// <summary>A list with one number.</summary>
    internal static string Of(int number) => number.ToString(CultureInfo.InvariantCulture);
}
