using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Wire;

namespace Parley.Server.Schemas;

/// <summary>The rules for registering schemas.</summary>
internal static class SchemaRules
{
    /// <summary>The types of its log entries.</summary>
    internal const string UpdatedType = "schema_updated", RemovedType = "schema_removed";

    internal const int MostSchemas = 500;

    private const string Noun = "schema";

    /// <returns>The schema that a request would register.</returns>
    internal static Result<JsonElement> Asked(string type, SchemaRequest request)
    {
        var given = request.Schema.ValueKind != JsonValueKind.Undefined;
        var problem = new Validation()
            .MessageType("message_type", type)
            .Check(given || request.Builtin == true, "schema", "is missing: give a schema, or \"builtin\": true to enable the built-in one")
            .Check(!given || request.Builtin != true, "builtin", "is true, but there is also a schema: send only one of them")
            .Check(request.Builtin != true || BuiltInSchemas.Of(type) is not null, "builtin",
                $"there is no built-in schema for '{Problems.Shown(type)}'; there are for {string.Join(", ", BuiltInSchemas.Types)}")
            .Problem;
        return problem is not null ? problem : request.Builtin == true ? BuiltInSchemas.Of(type)!.Value : request.Schema;
    }

    /// <param name="version">The version that it must have; null for any.</param>
    internal static Decision<MessageSchema> Set(Entity<MessageSchema>? present, MessageSchema wanted, long? version) =>
        version is not null && version != (present?.Version ?? 0)
            ? Decision<MessageSchema>.Refuse(Problems.VersionMismatch(Noun, wanted.MessageType, present?.Version ?? 0))
            : Decision<MessageSchema>.Put(wanted, UpdatedType);

    /// <inheritdoc cref="Set"/>
    internal static Decision<MessageSchema> Remove(Entity<MessageSchema>? present, string type, long? version)
    {
        if (present is null)
            return Decision<MessageSchema>.Refuse(NotFound(type));
        return version is not null && version != present.Version
            ? Decision<MessageSchema>.Refuse(Problems.VersionMismatch(Noun, type, present.Version))
            : Decision<MessageSchema>.Remove(RemovedType);
    }

    internal static ApiProblem NotFound(string type) => Problems.NotFound(Noun, type);
}
