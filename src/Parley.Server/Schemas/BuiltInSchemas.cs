using System.Text.Json;

namespace Parley.Server.Schemas;

/// <summary>Built-in schemas for types that agents commonly use. Off until a project enables them.</summary>
/// <remarks>Each allows messages without a payload, whose content says everything. The fields named here mean the same to everybody; senders may add
/// others.</remarks>
internal static class BuiltInSchemas
{
    private static readonly Dictionary<string, JsonElement> ByType = new(StringComparer.Ordinal)
    {
        ["capability_announcement"] = Of(
            """["capabilities"]""",
            """
            {"capabilities": {"type": "array", "items": {"$ref": "#/$defs/word"}, "minItems": 1, "uniqueItems": true},
             "available": {"type": "boolean"}, "until": {"$ref": "#/$defs/time"}, "details": {"type": "string"}}
            """),
        ["collaboration_request"] = Of(
            """["topic"]""",
            """
            {"topic": {"$ref": "#/$defs/word"}, "goal": {"type": "string"}, "needed_capabilities": {"type": "array", "items": {"$ref": "#/$defs/word"}},
             "participants": {"type": "array", "items": {"$ref": "#/$defs/word"}}, "deadline": {"$ref": "#/$defs/time"}}
            """),
        ["documentation_request"] = Of(
            """["subject"]""",
            """
            {"subject": {"$ref": "#/$defs/word"}, "audience": {"type": "string"}, "format": {"type": "string"},
             "sources": {"type": "array", "items": {"$ref": "#/$defs/word"}}, "deadline": {"$ref": "#/$defs/time"}}
            """),
        ["review_request"] = Of(
            """["subject"]""",
            """
            {"subject": {"$ref": "#/$defs/word"}, "url": {"type": "string"}, "paths": {"type": "array", "items": {"$ref": "#/$defs/word"}},
             "focus": {"type": "string"}, "deadline": {"$ref": "#/$defs/time"}}
            """),
        ["status_update"] = Of(
            """["status"]""",
            """
            {"status": {"$ref": "#/$defs/word"}, "progress": {"type": "number", "minimum": 0, "maximum": 100}, "details": {"type": "string"},
             "blockers": {"type": "array", "items": {"type": "string"}}, "next_steps": {"type": "array", "items": {"type": "string"}}}
            """),
        ["system_notification"] = Of(
            """["level"]""",
            """
            {"level": {"enum": ["debug", "info", "warning", "error", "critical"]}, "source": {"type": "string"}, "details": {"type": "string"},
             "action": {"type": "string"}}
            """),
        ["task_assignment"] = Of(
            """[]""",
            """
            {"title": {"$ref": "#/$defs/word"}, "description": {"type": "string"}, "requirements": true, "due_date": {"$ref": "#/$defs/time"},
             "required_capabilities": {"type": "array", "items": {"$ref": "#/$defs/word"}}, "task": {"type": "object"}, "fence": {"type": "integer", "minimum": 0},
             "lease_until": {"$ref": "#/$defs/time"}}
            """),
    };

    internal static IReadOnlyList<string> Types { get; } = [.. ByType.Keys.Order(StringComparer.Ordinal)];

    /// <returns>Null if there is none for the type.</returns>
    internal static JsonElement? Of(string type) => ByType.TryGetValue(type, out var schema) ? schema : null;

    private static JsonElement Of(string required, string properties) => JsonElement.Parse(
        $$"""
        {
          "$schema": "https://json-schema.org/draft/2020-12/schema", "type": ["object", "null"], "required": {{required}}, "properties": {{properties}},
          "$defs": {
            "word": { "type": "string", "minLength": 1 },
            "time": { "type": ["string", "null"], "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$" }
          }
        }
        """);
}
