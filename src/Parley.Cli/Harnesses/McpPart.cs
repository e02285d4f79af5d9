using System.Text.Json.Nodes;

namespace Parley.Cli.Harnesses;

/// <summary>The MCP server in a settings file that has them under <c>mcpServers</c>, by name.</summary>
internal sealed class McpPart(string file, JsonObject entry) : SettingsPart(file, "MCP server")
{
    private const string Servers = "mcpServers", Name = "parley";

    internal override bool IsIn(string text) => JsonText.Parse(text) is var json && json.Root[Servers]?[Name] is { } there && JsonNode.DeepEquals(json.Node(there), entry);

    internal override bool IsPartlyIn(string text) => Own(JsonText.Parse(text)) is not null;

    internal override string PutIn(string? text)
    {
        if (text is null)
            return NewFile(new JsonObject { [Servers] = new JsonObject { [Name] = entry.DeepClone() } });
        if (IsIn(text))
            return text;
        if (TakeOut(text) is not { } left)
            return PutIn(null);
        var json = JsonText.Parse(left);
        if (json.Root.Open != '{')
            throw new SettingsException("is not a JSON object");
        if (json.Root[Servers] is not { } servers)
            return json.Add(json.Root, 1, Servers, new JsonObject { [Name] = entry.DeepClone() });
        if (servers.Open != '{')
            throw new SettingsException("has 'mcpServers' that is not an object", "Correct it, and run this again.");
        if (servers[Name] is not null)
            throw new SettingsException("has an MCP server 'parley' that this command did not install", "Remove that entry, or keep it and use --no-mcp.");
        return json.Add(servers, 2, Name, entry.DeepClone());
    }

    internal override string? TakeOut(string text)
    {
        var json = JsonText.Parse(text);
        return Own(json) is { } own ? Without(json, own) : text;
    }

    /// <summary>An entry that has more than this one, such as variables, is the user's.</summary>
    private JsonItem[]? Own(JsonText json) =>
        json.Root.Items.Find(static item => item.Key == Servers) is { Value.Open: '{' } servers
        && servers.Value.Items.Find(static item => item.Key == Name) is { } server
        && json.Node(server.Value) is JsonObject there && there["args"] is JsonArray and [JsonValue first, ..] && first.TryGetValue(out string? word) && word == "mcp"
        && there.All(member => entry.ContainsKey(member.Key))
            ? [servers, server] : null;
}
