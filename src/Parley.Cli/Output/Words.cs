using System.Text.Json;

namespace Parley.Cli.Output;

/// <summary>Enums in the words of the wire, and back.</summary>
internal static class Words
{
    /// <summary><c>NextBoundary</c> is <c>next_boundary</c>.</summary>
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());

    /// <summary>All words of an enum, as an option may list them.</summary>
    public static string[] All<TEnum>()
        where TEnum : struct, Enum => [.. Enum.GetValues<TEnum>().Select(Of)];

    /// <summary>The value of a word out of <see cref="All{TEnum}"/>; null for none.</summary>
    public static TEnum? Parse<TEnum>(string? word)
        where TEnum : struct, Enum => word is null ? null : Enum.GetValues<TEnum>().First(value => Of(value) == word);
}
