using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Parley.Server.Wire;

namespace Parley.Server.Events;

/// <summary>Reads and checks the context attributes of one CloudEvent.</summary>
/// <param name="path">A prefix for the name of each invalid field.</param>
internal sealed class CloudEventAttributes(string path)
{
    private const string SpecVersion = "1.0";

    private readonly Validation _validation = new();

    /// <summary>The attributes to keep: all but the type and the version of the specification.</summary>
    private readonly List<(string Name, JsonElement Value)> _kept = [];

    private string? _type;
    private string? _base64;
    private bool _hasVersion;

    internal void Take(string name, string value) => Take(name, JsonElement.Parse(JsonSerializer.SerializeToUtf8Bytes(value, Protocol.WireJson.Lenient.String)));

    /// <summary>From a header of the binary mode.</summary>
    internal void TakeHeader(string name, StringValues values)
    {
        if (values is not [{ } value])
            _validation.Fail(path + Problems.Shown(name), "must be sent only once");
        else if (name == "datacontenttype")
            _validation.Fail(path + name, "must be in the Content-Type header in binary mode");
        else
            Take(name, CloudEventHeader.Unescape(value));
    }

    internal void Take(string name, JsonElement value)
    {
        // Null is absent (JSON format, 2.2).
        if (value.ValueKind == JsonValueKind.Null)
            return;
        switch (name)
        {
            case "specversion":
                _hasVersion = true;
                _validation.Check(value.ValueKind == JsonValueKind.String && value.GetString() == SpecVersion, path + name, $"must be \"{SpecVersion}\"");
                return;
            case "type":
                if (IsText(name, value))
                    EventRules.CheckType(_validation, path + name, _type = value.GetString());
                return;
            case "time":
                if (IsText(name, value))
                    _validation.Check(Times.TryParse(value.GetString()!, out _), path + name, "must be a time with its offset, such as 2026-01-22T13:56:52.551Z");
                break;
            case "datacontenttype":
                if (IsText(name, value))
                    _validation.Check(MediaTypeHeaderValue.TryParse(value.GetString(), out _) && System.Text.Ascii.IsValid(value.GetString()), path + name, "must be a media type, such as application/xml");
                break;
            case "id" or "source" or "subject" or "dataschema":
                IsText(name, value);
                break;
            default:
                CheckExtension(name, value);
                break;
        }

        _kept.Add((name, value.Clone()));
    }

    internal void TakeBase64(string value) => _base64 = value;

    internal void TakeBase64(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return;
        if (value.ValueKind == JsonValueKind.String && value.TryGetBytesFromBase64(out _))
            _base64 = value.GetString();
        else
            _validation.Fail(path + "data_base64", "must be Base64 text");
    }

    internal Result<EventDraft> Draft(byte[] data)
    {
        _validation.Check(_hasVersion, path + "specversion", "is missing");
        _validation.Check(_type is not null || !_validation.IsGood, path + "type", "is missing");
        foreach (var name in (ReadOnlySpan<string>)["id", "source"])
            _validation.Check(_kept.Exists(one => one.Name == name), path + name, "is missing");
        _validation.Check(_base64 is null || data.Length == 0, path + "data_base64", "must be absent if there is data");
        if (_validation.Problem is { } problem)
            return problem;
        return new EventDraft(_type!, data, JsonFields.Write(writer =>
        {
            foreach (var (name, value) in _kept)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }

            if (_base64 is not null)
                writer.WriteString("data_base64"u8, _base64);
        }));
    }

    private bool IsText(string name, JsonElement value)
    {
        var isText = value.ValueKind == JsonValueKind.String && value.GetString()!.Length > 0;
        _validation.Check(isText, path + name, "must be non-empty text");
        return isText && HasNoControls(name, value);
    }

    /// <summary>The specification (2.1) allows no control characters in strings; headers cannot have them.</summary>
    private bool HasNoControls(string name, JsonElement value)
    {
        var isGood = value.ValueKind != JsonValueKind.String || !value.GetString()!.Any(char.IsControl);
        _validation.Check(isGood, path + Problems.Shown(name), "has a control character");
        return isGood;
    }

    private void CheckExtension(string name, JsonElement value)
    {
        var field = path + Problems.Shown(name);
        _validation
            .Check(name != "data", field, "is not an attribute name: it is the event's data")
            .Check(name.Length > 0 && name.All(letter => letter is (>= 'a' and <= 'z') or (>= '0' and <= '9')), field, "is not an attribute name: names have only a-z and 0-9")
            .Check(
                value.ValueKind is JsonValueKind.String or JsonValueKind.True or JsonValueKind.False || (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _)),
                field, "must be text, true, false, or a 32-bit integer");
        HasNoControls(name, value);
    }
}
