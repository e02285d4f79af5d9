using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>The schema that the payloads of a message type must match.</summary>
public sealed record MessageSchema
{
    public required string MessageType { get; init; }

    /// <summary>JSON Schema, draft 2020-12.</summary>
    public JsonElement Schema { get; init; }

    /// <summary>Whether it is the schema that ships with the server.</summary>
    public bool Builtin { get; init; }

    /// <summary>Whether sends are checked against it.</summary>
    public bool Enabled { get; init; }

    /// <summary>Who changed it last: an agent, or null for a person.</summary>
    public string? UpdatedBy { get; init; }

    /// <summary>Null for a schema that is not enabled.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Null for a schema that is not enabled.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>Increases with every change. 0 for a schema that is not enabled.</summary>
    public long Version { get; init; }
}

/// <summary>A schema to register for a message type: its own, or the one that ships with the server.</summary>
public sealed record SchemaRequest
{
    /// <summary>JSON Schema, draft 2020-12, up to 64 KiB.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public JsonElement Schema { get; init; }

    /// <summary>True to enable the schema that ships with the server for this type, instead of sending one.</summary>
    public bool? Builtin { get; init; }
}
