using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Agents;

/// <summary>Which agents a list shows; everything given must hold.</summary>
internal sealed record AgentQuery(ListQuery List) : IQuery<AgentQuery>
{
    private const string Active = "active";
    private static readonly string[] StatusWords = [Active, .. WireType.WordsOf(typeof(AgentStatus))];

    internal string? Status { get; init; }
    internal AgentActivity? Activity { get; init; }
    internal string? Type { get; init; }
    internal string? Role { get; init; }
    internal string? Squad { get; init; }
    internal string? Text { get; init; }
    internal IReadOnlyList<string> Capabilities { get; init; } = [];
    internal IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    public static AgentQuery Read(QueryReader query) => new(query.List())
    {
        Status = query.Word("status", StatusWords, "Only agents with this status; `active` means any but offline."),
        Activity = query.Word<AgentActivity>("activity", "Only agents with this activity."),
        Type = query.Text("type", "Only agents of this type."),
        Role = query.Text("role", "Only agents with this role."),
        Squad = query.Text("squad", "Only members of this squad."),
        Text = query.Text("q", "Only agents whose id or name contains this text."),
        Capabilities = query.Texts("capability", "Only agents with all of these capabilities."),
        Metadata = query.Keyed("metadata", "Only agents whose metadata has this value under KEY."),
    };

    internal static AgentQuery Online(ListQuery list) => new(list) { Status = Active };

    internal bool Takes(AgentState agent)
    {
        var record = agent.Record;
        return TakesStatus(agent.Presence.Status) &&
            (Activity is null || agent.Presence.Activity == Activity) &&
            (Type is null || record.Type == Type) &&
            (Role is null || record.Role == Role) &&
            Capabilities.All(record.Capabilities.Contains) &&
            (Text is null || record.Id.Contains(Text, StringComparison.OrdinalIgnoreCase) || record.Name.Contains(Text, StringComparison.OrdinalIgnoreCase)) &&
            Metadata.All(wanted => Has(record.Metadata, wanted.Key, wanted.Value));
    }

    private bool TakesStatus(AgentStatus status) => Status switch
    {
        null => true,
        Active => status != AgentStatus.Offline,
        _ => WireType.WordOf(status) == Status,
    };

    private static bool Has(JsonElement? metadata, string key, string value) =>
        metadata is { ValueKind: JsonValueKind.Object } fields && fields.TryGetProperty(key, out var field) &&
        (field.ValueKind == JsonValueKind.String ? field.GetString() : field.GetRawText()) == value;
}
