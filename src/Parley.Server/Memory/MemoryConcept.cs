using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Memory;

/// <summary>Shared memory: what the agents of a project know together, under keys.</summary>
internal sealed class MemoryConcept(EntityBoard<MemoryEntry> memory, IAuditTrail audit) : IConcept
{
    private const string AnEntry =
        """
        {"memory_id": "0199e1c1-0000-7000-8000-000000000500", "key": "plan/login", "value": {"status": "in review", "pull_request": 17},
         "created_by": "pm-1", "updated_by": "be-1", "created_at": "2026-01-22T13:50:00.000Z", "updated_at": "2026-01-22T13:56:00.000Z", "version": 1042}
        """;

    private const string ARequest = """{"key": "plan/login", "value": {"status": "in review", "pull_request": 17}, "if_version": 1017}""";

    internal static EntityKind<MemoryEntry> Kind { get; } = new()
    {
        Number = 12,
        Name = "memory",
        Feed = "memory",
        RemovedType = MemoryRules.RemovedType,
        PrefixField = "key",
        Fields = new EntityFields("memory_id") { ChangedAt = "updated_at", Version = "version" },
        Json = WireJson.Lenient.MemoryEntry,
        NameOf = entry => entry.Key,
        Example = AnEntry,
        Events =
        [
            new(MemoryRules.UpdatedType, "An entry of the shared memory was set."),
            new(MemoryRules.RemovedType, "An entry of the shared memory was deleted; the data show it as it was."),
        ],
    };

    public string Title => "Memory";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, Asked>(
            "SetMemory", "Store a value under a key.",
            Input.IfMatch.And(Input.Body<MemoryRequest>(ARequest)).As(all => new Asked(null, all.First, all.Second))
                .OrFrame(Input.Body<MemoryRequest>(ARequest).As(body => new Asked(null, null, body))),
            SetAsync)
        {
            Allows = Permission.WriteMemory,
            Answers = [AnswerShape.Created<MemoryEntry>(AnEntry), AnswerShape.Ok<MemoryEntry>(AnEntry)],
            OncePerKey = OncePerKey.Yes,
        }.Rest("POST", "/memory").Frame(FrameEvents.MemorySet),

        new Operation<ProjectContext, MemoryQuery>(
            "ListMemory", "List the entries: sorted by key if a prefix is given, otherwise newest first.", Input.Query<MemoryQuery>(), ListAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<MemoryEntry>>(Example.PageOf(AnEntry))],
        }.Rest("GET", "/memory"),

        new Operation<ProjectContext, string?>(
            "GetMemory", "Get the entry under a key.",
            Input.PathRest("key").As(key => (string?)key).OrFrame(Input.Body<MemoryKey>("""{"key": "plan/login"}""").As(body => body.Key)), GetAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<MemoryEntry>(AnEntry)],
        }.Rest("GET", "/memory/key/{**key}").Frame(FrameEvents.MemoryGet),

        new Operation<ProjectContext, Asked>(
            "PutMemory", "Store a value under the key in the path.",
            Input.PathRest("key").And(Input.IfMatch).And(Input.Body<MemoryRequest>("""{"value": {"status": "in review"}, "if_version": 1017}"""))
                .As(all => new Asked(all.First, all.Second, all.Third)),
            SetAsync)
        {
            Allows = Permission.WriteMemory,
            Answers = [AnswerShape.Ok<MemoryEntry>(AnEntry), AnswerShape.Created<MemoryEntry>(AnEntry)],
        }.Rest("PUT", "/memory/key/{**key}"),

        new Operation<ProjectContext, (MemoryDeletion Which, long? Match)>(
            "DeleteMemory", "Delete the entry under a key.",
            Input.PathRest("key").And(Input.IfMatch).And(Input.Query<VersionQuery>())
                .As(all => (new MemoryDeletion { Key = all.First, IfVersion = all.Third.IfVersion }, all.Second))
                .OrFrame(Input.Body<MemoryDeletion>("""{"key": "plan/login", "if_version": 1042}""").As(body => (body, (long?)null))),
            DeleteAsync)
        {
            Allows = Permission.WriteMemory,
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/memory/key/{**key}").Frame(FrameEvents.MemoryDelete),
    ];

    private async ValueTask<Answer> SetAsync(Asked asked, ProjectContext context)
    {
        var (path, match, request) = asked;
        if (path is not null && request.Key is { } other && other != path)
            return Problems.InvalidField("key", "must be absent or the one of the path");
        if (!TryAgree(request.IfVersion, match, out var version))
            return Twice;
        var key = path ?? request.Key;
        if (MemoryRules.Check(key, request.Value, version) is { } problem)
            return problem;

        var by = context.Caller.AgentId;
        if (!(await memory.ChangeAsync(
            context.Project.Number, key!, context.Caller.NumberIn(context.Project),
            present => MemoryRules.Set(present, key!, request.Value, version, by), context.Cancellation)).TryGet(out var entry, out problem))
        {
            return problem;
        }

        await audit.RecordAsync(context.Caller, context.Project.Id, "memory.set", key!, context.Cancellation);
        return entry!.Row.Made == entry.Version
            ? Answer.Created(entry.Value, $"/memory/key/{Uri.EscapeDataString(key!)}", entry.Version)
            : Answer.Ok(entry.Value, entry.Version);
    }

    private async ValueTask<Answer> GetAsync(string? key, ProjectContext context)
    {
        if (MemoryRules.CheckKey(key) is { } problem)
            return problem;
        return await memory.FindAsync(context.Project.Number, key!, context.Cancellation) is { } entry
            ? Answer.Ok(entry.Value, entry.Version)
            : MemoryRules.NotFound(key!);
    }

    private async ValueTask<Answer> ListAsync(MemoryQuery query, ProjectContext context)
    {
        var below = long.MaxValue;
        if (query.Prefix is null && !ListPlace.TryRead(query.List, out below, out var problem))
            return problem;
        var found = await memory.ListAsync(
            new EntityQuery(context.Project.Number, Kind.Number, query.List.Limit + 1)
            {
                Below = below,
                Prefix = query.Prefix,
                AfterName = query.Prefix is null ? null : query.List.After,
            },
            context.Cancellation);
        var page = ListPlace.Page(found, query.List.Limit, entry => entry.Value, entry => entry.Row.Made);
        return Answer.Ok(query.Prefix is null || page.Next is null ? page : page with { Next = page.Items[^1].Key });
    }

    private async ValueTask<Answer> DeleteAsync((MemoryDeletion Which, long? Match) request, ProjectContext context)
    {
        var key = request.Which.Key;
        if (!TryAgree(request.Which.IfVersion, request.Match, out var version))
            return Twice;
        if (MemoryRules.Check(key, version) is { } problem)
            return problem;

        if ((await memory.ChangeAsync(
            context.Project.Number, key!, context.Caller.NumberIn(context.Project),
            present => MemoryRules.Delete(present, key!, version), context.Cancellation)).Problem is { } refusal)
        {
            return refusal;
        }

        await audit.RecordAsync(context.Caller, context.Project.Id, "memory.deleted", key!, context.Cancellation);
        return Answer.Done;
    }

    private static ApiProblem Twice => Problems.InvalidField("if_version", "is another than that of If-Match");

    /// <summary>A version may come in two ways; both together must say the same.</summary>
    private static bool TryAgree(long? said, long? match, out long? version)
    {
        version = said ?? match;
        return said is null || match is null || said == match;
    }

    /// <param name="Path">The key, where the path says it.</param>
    /// <param name="Match">What <c>If-Match</c> wants.</param>
    private sealed record Asked(string? Path, long? Match, MemoryRequest Body);

    private sealed record MemoryQuery(ListQuery List, string? Prefix) : IQuery<MemoryQuery>
    {
        public static MemoryQuery Read(QueryReader query) => new(
            query.List(), query.Text("prefix", "Only keys with this prefix, sorted by key."));
    }

    private sealed record VersionQuery(long? IfVersion) : IQuery<VersionQuery>
    {
        public static VersionQuery Read(QueryReader query) => new(query.Long("if_version", 0, "Only if the entry has this version."));
    }
}
