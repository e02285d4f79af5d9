using System.Text;
using System.Text.Json;
using Parley.Protocol;

namespace Parley.Server.Agents;

/// <summary>The fields that a message repeats from its sender and its only recipient, as JSON text that is created once per agent.</summary>
internal sealed record AgentJson(byte[] AsSender, byte[] AsRecipient)
{
    /// <summary>For a message with more than one recipient.</summary>
    internal static readonly byte[] NoRecipient =
        "\"recipient_id\":null,\"recipient_role\":null,\"recipient_name\":null,\"recipient_specialization\":null"u8.ToArray();

    internal static AgentJson Of(AgentRecord agent) => new(
        Encode("sender", agent.Id, agent.Role, agent.Name, agent.Specialization),
        Encode("recipient", agent.Id, agent.Role, agent.Name, agent.Specialization));

    /// <summary>A sender without a mailbox: the server itself, or a person identified only by a token.</summary>
    internal static byte[] Sender(string id, string? role, string name) => Encode("sender", id, role, name, null);

    private static byte[] Encode(string who, string id, string? role, string name, string? specialization) =>
        Encoding.UTF8.GetBytes(
            $"\"{who}_id\":{Json(id)},\"{who}_role\":{Json(role)},\"{who}_name\":{Json(name)},\"{who}_specialization\":{Json(specialization)}");

    private static string Json(string? value) => value is null ? "null" : JsonSerializer.Serialize(value, WireJson.Strict.String);
}
