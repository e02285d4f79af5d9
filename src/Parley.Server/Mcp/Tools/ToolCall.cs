using System.Buffers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Parley.Protocol;

namespace Parley.Server.Mcp.Tools;

/// <summary>One call of a tool.</summary>
internal sealed partial class ToolCall(LocalApi api, McpCaller caller, ToolArguments arguments, CancellationToken cancellationToken)
{
    private static readonly string[] Priorities = ["low", "normal", "high", "critical"];

    internal ToolArguments Arguments => arguments;

    internal McpCaller Caller => caller;

    internal CancellationToken Cancellation => cancellationToken;

    /// <summary>Calls the API.</summary>
    /// <param name="path">Below the base path. <c>{me}</c> stands for the agent, and any other <c>{name}</c> for the argument.</param>
    /// <param name="query">Arguments for the query.</param>
    /// <param name="body">Arguments for the body; null for no body.</param>
    internal Task<LocalAnswer> SendAsync(string method, string path, Fields? query = null, Fields? body = null) => api.SendAsync(
        caller, method, Placeholder().Replace(path, match => Part(match.Groups["name"].Value)), Query(query), body is null ? [] : Json(body), cancellationToken);

    private string Part(string name) => name switch
    {
        "me" => Uri.EscapeDataString(caller.AgentId),
        // A key has parts of its own.
        "key" => string.Join('/', (arguments.Text(name) ?? "").Split('/').Select(Uri.EscapeDataString)),
        _ => Uri.EscapeDataString(arguments.Text(name) ?? ""),
    };

    private string Query(Fields? fields)
    {
        var values = (fields ?? new Fields()).Of(arguments, caller).Append((Name: "project_id", Value: JsonSerializer.SerializeToElement(caller.ProjectId, ToolJson.Default.String)));
        return string.Join('&', values.Select(field =>
            $"{field.Name}={Uri.EscapeDataString(field.Value.ValueKind == JsonValueKind.String ? field.Value.GetString()! : field.Value.GetRawText())}"));
    }

    private byte[] Json(Fields fields)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in fields.Of(arguments, caller))
            {
                writer.WritePropertyName(name);
                if (name == "priority" && value.ValueKind == JsonValueKind.String)
                    writer.WriteNumberValue(Array.IndexOf(Priorities, value.GetString()) + (int)Priority.Low);
                else
                    value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Placeholder();
}

/// <summary>The fields of a request, in order: arguments, under their own names or under those of the API, and values that the tool sets.</summary>
internal sealed class Fields
{
    private readonly List<(string Argument, string Field)> _passed = [];
    private readonly List<(string Field, JsonElement Value)> _set = [];
    private string? _agent;

    /// <param name="arguments">Each <c>name</c>, or <c>name:field</c> if the API calls it otherwise.</param>
    internal static Fields Pass(params string[] arguments)
    {
        var fields = new Fields();
        fields._passed.AddRange(arguments.Select(argument => argument.Split(':') is [var name, var field] ? (name, field) : (argument, argument)));
        return fields;
    }

    internal Fields Set(string field, string value) => Set(field, JsonSerializer.SerializeToElement(value, ToolJson.Default.String));

    internal Fields Set(string field, double value) => Set(field, JsonSerializer.SerializeToElement(value, ToolJson.Default.Double));

    internal Fields Set(string field, bool value) => Set(field, JsonSerializer.SerializeToElement(value, ToolJson.Default.Boolean));

    /// <summary>Says in a field which agent it is for, if the caller may act as several and names one.</summary>
    internal Fields SetAgent(string field)
    {
        _agent = field;
        return this;
    }

    internal IEnumerable<string> Arguments => _passed.Select(pair => pair.Argument);

    internal IEnumerable<(string Name, JsonElement Value)> Of(ToolArguments arguments, McpCaller caller)
    {
        foreach (var (argument, field) in _passed)
        {
            if (arguments.Find(argument) is { } value)
                yield return (field, value);
        }

        foreach (var set in _set)
            yield return set;
        if (_agent is not null && caller.Named is { } named)
            yield return (_agent, JsonSerializer.SerializeToElement(named, ToolJson.Default.String));
    }

    private Fields Set(string field, JsonElement value)
    {
        _set.Add((field, value));
        return this;
    }
}
