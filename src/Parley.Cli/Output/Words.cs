using System.Text.Json;

namespace Parley.Cli.Output;

/// <summary>Converts enums to the words of the wire, and back.</summary>
internal static class Words
{
    /// <summary><c>NextBoundary</c> becomes <c>next_boundary</c>.</summary>
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>All words of an enum, for an option to list.</summary>
    public static string[] All<TEnum>()
        where TEnum : struct, Enum => [.. Enum.GetValues<TEnum>().Select(Of)];

    /// <summary>The value of one of the words of <see cref="All{TEnum}"/>; null for any other word.</summary>
    public static TEnum? Parse<TEnum>(string? word)
        where TEnum : struct, Enum => word is null ? null : Enum.GetValues<TEnum>().First(value => Of(value) == word);
}
