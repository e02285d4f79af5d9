using System.Globalization;
using System.Text.Json;

namespace Parley.Server.Workflows;

/// <summary>A place in JSON: a JSON Pointer (RFC 6901).</summary>
internal static class JsonPlace
{
    /// <summary>Whether a text is a pointer: empty, or parts that each begin with a slash.</summary>
    internal static bool IsOne(string pointer)
    {
        if (pointer.Length > 0 && pointer[0] != '/')
            return false;
        for (var i = 0; i < pointer.Length; i++)
        {
            if (pointer[i] == '~' && (i + 1 == pointer.Length || pointer[i + 1] is not ('0' or '1')))
                return false;
        }

        return true;
    }

    /// <returns>Null if there is nothing at that place.</returns>
    internal static JsonElement? Find(JsonElement whole, string pointer)
    {
        var at = whole;
        foreach (var part in pointer.Split('/').Skip(1))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var field))
                at = field;
            else if (at.ValueKind == JsonValueKind.Array && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < at.GetArrayLength())
                at = at[index];
            else
                return null;
        }

        return at;
    }
}
