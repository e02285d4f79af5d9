using System.Globalization;
using System.Text;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Builds a path with its query. Absent values are left out.</summary>
internal sealed class RestPath
{
    private readonly StringBuilder _text = new();
    private char _separator = '?';

    /// <param name="path">A path whose interpolated values are escaped: <c>$"agents/{id}/inbox"</c>.</param>
    public RestPath(FormattableString path)
    {
        var segments = path.GetArguments().Select(argument => (object)Uri.EscapeDataString(Convert.ToString(argument, CultureInfo.InvariantCulture)!));
        _text.AppendFormat(CultureInfo.InvariantCulture, path.Format, [.. segments]);
    }

    public RestPath With(string name, string? value)
    {
        if (value is null)
            return this;
        _text.Append(_separator).Append(Uri.EscapeDataString(name)).Append('=').Append(Uri.EscapeDataString(value));
        _separator = '&';
        return this;
    }

    public RestPath With(string name, long? value) => With(name, value?.ToString(CultureInfo.InvariantCulture));

    public RestPath With(string name, TimeSpan? value) => With(name, value?.TotalSeconds.ToString(CultureInfo.InvariantCulture));

    public RestPath With(string name, DateTimeOffset? value) => With(name, value is { } time ? WireTime.ToText(time) : null);

    /// <summary>An enum value as a word of the wire.</summary>
    public RestPath With<TEnum>(string name, TEnum? value)
        where TEnum : struct, Enum => With(name, value is { } word ? Words.Of(word) : null);

    /// <summary>A set: <c>3,4</c>.</summary>
    public RestPath WithSet(string name, IEnumerable<string>? values) =>
        values?.ToArray() is { Length: > 0 } set ? With(name, string.Join(',', set)) : this;

    public RestPath WithSet(string name, IEnumerable<Priority>? values) =>
        WithSet(name, values?.Select(value => ((int)value).ToString(CultureInfo.InvariantCulture)));

    public RestPath WithEach(string name, IEnumerable<string>? values)
    {
        foreach (var value in values ?? [])
            With(name, value);
        return this;
    }

    public override string ToString() => _text.ToString();
}

/// <summary>The words that the wire uses for enums.</summary>
internal static class Words
{
    public static string Of<TEnum>(TEnum value)
        where TEnum : struct, Enum => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
