using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Agents;

/// <summary>Which agents to list. All given values must match.</summary>
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

    /// <summary>Whether it may exclude any agents.</summary>
    internal bool IsNarrow => Status is not null || Activity is not null || Type is not null || Role is not null || Squad is not null || Text is not null ||
        Capabilities.Count > 0 || Metadata.Count > 0;

    internal bool Takes(AgentState agent) => TakesPresence(agent.Presence.Status, agent.Activity) &&
        TakesRecord(agent.Record.Id, agent.Record.Name, agent.Record.Type, agent.Record.Role) &&
        Capabilities.All(agent.Record.Capabilities.Contains) && Metadata.All(wanted => Has(agent.Record.Metadata, wanted.Key, wanted.Value));

    /// <summary>The same for an agent in an earlier state, except for its squads.</summary>
    internal bool Takes(Agent agent) => TakesPresence(agent.Status, agent.Activity) &&
        TakesRecord(agent.AgentId, agent.Name, agent.Type, agent.Role) &&
        Capabilities.All(agent.Capabilities.Contains) && Metadata.All(wanted => Has(agent.Metadata, wanted.Key, wanted.Value));

    private bool TakesPresence(AgentStatus status, AgentActivity activity) => TakesStatus(status) && (Activity is null || activity == Activity);

    private bool TakesRecord(string id, string name, string type, string? role) =>
        (Type is null || type == Type) &&
        (Role is null || role == Role) &&
        (Text is null || id.Contains(Text, StringComparison.OrdinalIgnoreCase) || name.Contains(Text, StringComparison.OrdinalIgnoreCase));

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
