using System.Globalization;
using System.Text.Json;

namespace Parley.Server.Settings;

/// <summary>A <c>parley.json</c>: one object with one key per setting. Comments and trailing commas are allowed.</summary>
internal static class SettingsFile
{
    public const string Name = "parley.json";

    private static readonly JsonDocumentOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowDuplicateProperties = false,
    };

    /// <returns>Each key with its value as text. Keys whose value is not a string, number, boolean, or list of these are added to the
    /// errors.</returns>
    public static IReadOnlyDictionary<string, string> Read(string path, List<SettingError> errors)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                errors.Add(new SettingError(Name, path, null, "is not an object", "Write { \"port\": 8080 }, with a key for each setting"));
            else
                ReadKeys(document.RootElement, path, values, errors);
        }
        catch (JsonException exception)
        {
            var where = string.Create(CultureInfo.InvariantCulture, $"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}");
            errors.Add(exception.LineNumber is null
                ? new SettingError(Name, path, null, "has a key twice", "Write each key once")
                : new SettingError(Name, path, null, $"is not valid JSON at {where}", "Correct it there"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.Add(new SettingError(Name, path, null, "cannot be read", "Check that it exists and is readable, or leave it out"));
        }

        return values;
    }

    private static void ReadKeys(JsonElement root, string path, Dictionary<string, string> values, List<SettingError> errors)
    {
        foreach (var key in root.EnumerateObject())
        {
            if (key.Name == "$schema" || key.Value.ValueKind == JsonValueKind.Null)
                continue;
            if (TextOf(key.Value) is { } text)
                values[key.Name] = text;
            else
                errors.Add(new SettingError(key.Name, path, null, "is not text, a number, true, false, or a list of texts", "Write it as the reference of settings shows"));
        }
    }

    private static string? TextOf(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String: return value.GetString();
            case JsonValueKind.Number: return value.GetRawText();
            case JsonValueKind.True: return "true";
            case JsonValueKind.False: return "false";
            case JsonValueKind.Array when value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String):
                return string.Join(',', value.EnumerateArray().Select(item => item.GetString()));
            default: return null;
        }
    }
}
