using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Wire;

namespace Parley.Server.Schemas;

/// <summary>What a schema may be registered for, and what becomes of it.</summary>
internal static class SchemaRules
{
    /// <summary>Types of its entries in the log.</summary>
    internal const string UpdatedType = "schema_updated", RemovedType = "schema_removed";

    internal const int MostSchemas = 500;

    private const string Noun = "schema";

    /// <returns>The schema that a request means.</returns>
    internal static Result<JsonElement> Asked(string type, SchemaRequest request)
    {
        var given = request.Schema.ValueKind != JsonValueKind.Undefined;
        var problem = new Validation()
            .MessageType("message_type", type)
            .Check(given || request.Builtin == true, "schema", "is missing, and so is \"builtin\": true, which enables the one that ships with the server")
            .Check(!given || request.Builtin != true, "builtin", "is true, and there is a schema too: send one of them")
            .Check(request.Builtin != true || BuiltInSchemas.Of(type) is not null, "builtin",
                $"no schema ships for '{Problems.Shown(type)}'; one does for {string.Join(", ", BuiltInSchemas.Types)}")
            .Problem;
        return problem is not null ? problem : request.Builtin == true ? BuiltInSchemas.Of(type)!.Value : request.Schema;
    }

    /// <param name="version">That it must have; null: whatever it is.</param>
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
