using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Schemas;

/// <summary>Schemas that the payloads of a message type must match.</summary>
internal sealed class SchemasConcept(SchemaDirectory schemas, EntityBoard<MessageSchema> board, IAuditTrail audit) : IConcept
{
    private const string ASchema =
        """
        {"message_type": "deploy_request", "schema": {"type": "object", "required": ["service"], "properties": {"service": {"type": "string"}}},
         "builtin": false, "enabled": true, "updated_by": null, "created_at": "2026-01-22T08:00:00.000Z", "updated_at": "2026-01-22T08:00:00.000Z", "version": 1042}
        """;

    private const string ARequest =
        """{"schema": {"type": "object", "required": ["service"], "properties": {"service": {"type": "string"}}, "additionalProperties": false}}""";

    internal static EntityKind<MessageSchema> Kind { get; } = new()
    {
        Number = 23,
        Name = "schema",
        Feed = "schemas",
        RemovedType = SchemaRules.RemovedType,
        Fields = new EntityFields(null) { ChangedAt = "updated_at", Version = "version" },
        Json = WireJson.Lenient.MessageSchema,
        NameOf = schema => schema.MessageType,
        Example = ASchema,
    };

    public string Title => "Schemas";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, SchemaQuery>(
            "ListSchemas", "List the schemas of message types, newest first; with `builtin=true`, the built-in schemas, enabled or not.",
            Input.Query<SchemaQuery>(), ListAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<MessageSchema>>(Example.PageOf(ASchema))],
        }.Rest("GET", "/schemas"),

        new Operation<ProjectContext, string>("GetSchema", "Get the schema of a message type.", Input.Path("message_type"), GetAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<MessageSchema>(ASchema)],
        }.Rest("GET", "/schemas/{message_type}"),

        new Operation<ProjectContext, Asked>(
            "PutSchema", "Register or replace the schema of a message type, or enable the built-in one.",
            Input.Path("message_type").And(Input.IfMatch).And(Input.Body<SchemaRequest>(new Example("schema", ARequest), new Example("builtin", """{"builtin": true}""")))
                .As(all => new Asked(all.First, all.Second, all.Third)),
            PutAsync)
        {
            Allows = Permission.Administer,
            Answers = [AnswerShape.Ok<MessageSchema>(ASchema), AnswerShape.Created<MessageSchema>(ASchema)],
            Refuses = [ErrorCodes.Conflict],
        }.Rest("PUT", "/schemas/{message_type}"),

        new Operation<ProjectContext, (string Type, long? Match)>(
            "DeleteSchema", "Delete the schema of a message type. Its payloads are no longer checked.", Input.Path("message_type").And(Input.IfMatch), DeleteAsync)
        {
            Allows = Permission.Administer,
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/schemas/{message_type}"),
    ];

    private async ValueTask<Answer> ListAsync(SchemaQuery query, ProjectContext context)
    {
        if (query.Builtin)
            return Answer.Ok(new Page<MessageSchema> { Items = await BuiltInAsync(context) });
        if (!ListPlace.TryRead(query.List, out var below, out var problem))
            return problem;
        var found = await board.ListAsync(
            new EntityQuery(context.Project.Number, Kind.Number, query.List.Limit + 1) { Below = below }, context.Cancellation);
        return Answer.Ok(ListPlace.Page(found, query.List.Limit, schema => schema.Value, schema => schema.Row.Made));
    }

    /// <summary>The built-in schemas, as registered if they are enabled.</summary>
    private async ValueTask<IReadOnlyList<MessageSchema>> BuiltInAsync(ProjectContext context)
    {
        var all = new List<MessageSchema>();
        foreach (var type in BuiltInSchemas.Types)
        {
            var present = await board.FindAsync(context.Project.Number, type, context.Cancellation);
            all.Add(present is { Value.Builtin: true } ? present.Value : new MessageSchema { MessageType = type, Schema = BuiltInSchemas.Of(type)!.Value, Builtin = true });
        }

        return all;
    }

    private async ValueTask<Answer> GetAsync(string type, ProjectContext context) =>
        await board.FindAsync(context.Project.Number, type, context.Cancellation) is { } schema ? Answer.Ok(schema.Value, schema.Version) : SchemaRules.NotFound(type);

    private async ValueTask<Answer> PutAsync(Asked asked, ProjectContext context)
    {
        var (type, match, request) = asked;
        if (!SchemaRules.Asked(type, request).TryGet(out var schema, out var problem))
            return problem;
        if (PayloadSchema.Compile(schema).Problem is { } bad)
            return bad;
        var number = context.Project.Number;
        if (schemas.CountOf(number) >= SchemaRules.MostSchemas && schemas.Of(number, type) is null)
            return Problems.Conflict($"The project already has {SchemaRules.MostSchemas} schemas, the most that it can have.");

        var wanted = new MessageSchema { MessageType = type, Schema = schema, Builtin = request.Builtin == true, Enabled = true, UpdatedBy = context.Caller.AgentId };
        if (!(await schemas.ChangeAsync(
            number, type, context.Caller.NumberIn(context.Project), present => SchemaRules.Set(present, wanted, match), context.Cancellation)).TryGet(out var kept, out problem))
        {
            return problem;
        }

        await audit.RecordAsync(context.Caller, context.Project.Id, "schema.set", type, context.Cancellation);
        return kept!.Row.Made == kept.Version ? Answer.Created(kept.Value, $"/schemas/{type}", kept.Version) : Answer.Ok(kept.Value, kept.Version);
    }

    private async ValueTask<Answer> DeleteAsync((string Type, long? Match) request, ProjectContext context)
    {
        var (type, match) = request;
        if ((await schemas.ChangeAsync(
            context.Project.Number, type, context.Caller.NumberIn(context.Project),
            present => SchemaRules.Remove(present, type, match), context.Cancellation)).Problem is { } refusal)
        {
            return refusal;
        }

        await audit.RecordAsync(context.Caller, context.Project.Id, "schema.deleted", type, context.Cancellation);
        return Answer.Done;
    }

    /// <param name="Match">The version in <c>If-Match</c>.</param>
    private sealed record Asked(string Type, long? Match, SchemaRequest Body);

    private sealed record SchemaQuery(ListQuery List, bool Builtin) : IQuery<SchemaQuery>
    {
        public static SchemaQuery Read(QueryReader query) => new(
            query.List(), query.Flag("builtin", "The built-in schemas, enabled or not.") == true);
    }
}
