using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Parley.Server.Wire;

namespace Parley.Server.Rest;

/// <summary>A filter that is given as JSON, with the parameters of a list: <c>{"status": "pending"}</c> means the same as
/// <c>?status=pending</c>.</summary>
internal static class FilterQuery
{
    /// <summary>Parameters of lists, and of all requests, that are not filters.</summary>
    private static readonly string[] NoFilters = ["limit", "after", "project_id", "ticket"];

    /// <param name="place">The location of the filter, for error messages: <c>feeds.tasks</c>.</param>
    /// <param name="filter">An object, or null.</param>
    internal static Result<T> Read<T>(string place, JsonElement filter, Func<QueryReader, T> read)
    {
        if (filter.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined or JsonValueKind.Object))
            return Problems.InvalidField(place, "must be an object, such as {}");
        var values = new Dictionary<string, StringValues>(StringComparer.Ordinal);
        var reader = new QueryReader(new QueryCollection(values)) { Place = $"{place}.", Noun = "a filter" };
        if (filter.ValueKind == JsonValueKind.Object)
        {
            foreach (var field in filter.EnumerateObject())
            {
                if (NoFilters.Contains(field.Name, StringComparer.Ordinal))
                    reader.Fail(field.Name, "is not a filter here");
                else if (TextsOf(field.Value) is not { } texts)
                    reader.Fail(Problems.Shown(field.Name), "must be a text, a number, true, false, or a list of those");
                else if (texts.Count > 0)
                    values[field.Name] = texts;
            }
        }

        var query = read(reader);
        return reader.Finish() is { } problem ? problem : query;
    }

    private static StringValues? TextsOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => StringValues.Empty,
        JsonValueKind.Array when value.EnumerateArray().All(item => TextOf(item) is not null) => value.EnumerateArray().Select(TextOf).ToArray(),
        _ => TextOf(value) is { } text ? new StringValues(text) : (StringValues?)null,
    };

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };
}
