using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Memory;

/// <summary>Shared memory: values that all agents in a project can use, stored under keys.</summary>
internal sealed class MemoryConcept(SharedMemory memory, IAuditTrail audit) : IConcept
{
    internal const string AnEntry =
        """
        {"memory_id": "0199e1c1-0000-7000-8000-000000000500", "key": "plan/login", "value": {"status": "in review", "pull_request": 17},
         "bytes": 40, "created_by": "pm-1", "updated_by": "be-1", "expires_at": null, "access_control": {"read": ["*"], "write": ["pm-1", "role:reviewer"]},
         "created_at": "2026-01-22T13:50:00.000Z", "updated_at": "2026-01-22T13:56:00.000Z", "version": 1042}
        """;

    private const string ALevel = $$"""{"items": [{{AnEntry}}], "prefixes": [{"prefix": "plan/archive/", "count": 12}], "next": null}""";

    private const string AVersion =
        """
        {"version": 1042, "value": {"status": "in review", "pull_request": 17}, "updated_by": "be-1", "updated_at": "2026-01-22T13:56:00.000Z"}
        """;

    private const string ARequest = """{"key": "plan/login", "value": {"status": "in review", "pull_request": 17}, "if_version": 1017}""";
    private const string AValue = """{"value": {"status": "in review"}, "ttl_seconds": 3600, "access_control": {"write": ["pm-1", "role:reviewer"]}}""";

    internal static EntityKind<MemoryEntry> Kind { get; } = new()
    {
        Number = 12,
        Name = "memory",
        Feed = "memory",
        RemovedType = MemoryRules.RemovedType,
        ExpiredType = MemoryRules.ExpiredType,
        UpdatedType = MemoryRules.UpdatedType,
        PrefixField = "key",
        Filter = query => new EntityFilter { Prefix = PrefixQuery.Read(query).Prefix },
        Fields = new EntityFields("memory_id") { ChangedAt = "updated_at", Version = "version" },
        Json = WireJson.Lenient.MemoryEntry,
        Filled = static (entry, row) => entry with
        {
            MemoryId = row.Id.ToString(),
            CreatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.MadeAt),
            UpdatedAt = DateTimeOffset.FromUnixTimeMilliseconds(row.ChangedAt),
            Version = row.Changed,
        },
        NameOf = entry => entry.Key,
        Readers = MemoryRules.ReadersOf,
        Marks = entry => MemoryRules.ReadersOf(entry) is null ? [] : [MemoryRules.Restricted],
        Notices = (FrameEvents.MemoryUpdated, FrameEvents.MemoryRemoved),
        Due = entry => entry.ExpiresAt,
        WhenDue = (_, _) => Decision<MemoryEntry>.Remove(MemoryRules.ExpiredType),
        Example = AnEntry,
        Events =
        [
            new(MemoryRules.UpdatedType, "A shared memory entry was set or changed."),
            new(MemoryRules.RemovedType, "A shared memory entry was deleted. The event has its last state."),
            new(MemoryRules.ExpiredType, "A shared memory entry expired. The event has its last state."),
        ],
    };

    public string Title => "Memory";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, Asked<MemoryRequest>>(
            "SetMemory", "Store a value under a key.",
            Input.IfMatch.And(Input.Body<MemoryRequest>(ARequest)).As(all => Asked.For(all.Second, all.Second.Key, all.First, all.Second.IfVersion))
                .OrFrame(Input.Body<MemoryRequest>(ARequest).As(body => Asked.For(body, body.Key, null, body.IfVersion))),
            SetAsync)
        {
            Details = "An existing entry keeps its `access_control` unless you send a new one. It keeps its `ttl_seconds` only if you send it again.",
            Allows = Permission.WriteMemory,
            Refuses = [ErrorCodes.Forbidden],
            Answers = [AnswerShape.Created<MemoryEntry>(AnEntry), AnswerShape.Ok<MemoryEntry>(AnEntry)],
            OncePerKey = OncePerKey.Yes,
            Overlap = InOrder<MemoryRequest>(),
        }.Rest("POST", "/memory").Frame(FrameEvents.MemorySet),

        new Operation<ProjectContext, MemoryQuery>(
            "ListMemory", "List the entries: sorted by key if a prefix is given, otherwise newest first.", Input.Query<MemoryQuery>(), ListAsync)
        {
            Details = "With a `delimiter`, only one level of the keys: the entries whose keys do not have it after the prefix, and `prefixes`, what the other keys begin with, "
                + "up to and including the delimiter, each with how many there are. Both are in one order, and `limit` is for both together.",
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<MemoryPage>(ALevel)],
        }.Rest("GET", "/memory"),

        new Operation<ProjectContext, Result<MemoryTarget>>(
            "GetMemory", "Get the entry under a key.",
            Input.PathRest("key").And(Input.Query<MemoryTarget.KeyQuery>()).As(MemoryTarget.Of)
                .OrFrame(Input.Body<MemoryKey>("""{"key": "plan/login"}""").As(body => (Result<MemoryTarget>)new MemoryTarget(body.Key, null))),
            GetAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<MemoryEntry>(AnEntry)],
            // It returns what the same connection set before it under the same key.
            Overlap = new Overlap<Result<MemoryTarget>>(asked => asked.TryGet(out var target, out _) ? target.Key : null, KeepOrder: false),
        }.Rest("GET", "/memory/key/{**key}").Frame(FrameEvents.MemoryGet),

        new Operation<ProjectContext, Asked<MemoryRequest>>(
            "PutMemory", "Store a value under the key in the path.",
            MemoryTarget.InPath.And(Input.Body<MemoryRequest>(AValue)).As(all => Asked.In(all.First, all.Second, all.Second.Key, all.Second.IfVersion)),
            SetAsync)
        {
            Allows = Permission.WriteMemory,
            Refuses = [ErrorCodes.Forbidden],
            Answers = [AnswerShape.Ok<MemoryEntry>(AnEntry), AnswerShape.Created<MemoryEntry>(AnEntry)],
        }.Rest("PUT", "/memory/key/{**key}"),

        new Operation<ProjectContext, Asked<MemoryPatch>>(
            "PatchMemory", "Change part of the value under a key, or add to a number. The change is atomic, so no other change is lost.",
            MemoryTarget.InPath.And(new PatchInput("""{"add": 1}""")).As(all => Asked.In(all.First, all.Second, all.Second.Key, all.Second.IfVersion))
                .OrFrame(Input.Body<MemoryPatch>("""{"key": "plan/login", "patch": {"status": "merged"}}""").As(body => Asked.For(body, body.Key, null, body.IfVersion))),
            PatchAsync)
        {
            Details = $"With `Content-Type: {PatchInput.MergePatch}`, the body is the merge patch itself (RFC 7396); give the version as `If-Match` or in the query.",
            Allows = Permission.WriteMemory,
            Refuses = [ErrorCodes.Forbidden, ErrorCodes.Conflict, ErrorCodes.TooLarge],
            Overlap = InOrder<MemoryPatch>(),
            Answers = [AnswerShape.Ok<MemoryEntry>(AnEntry), AnswerShape.Created<MemoryEntry>(AnEntry)],
        }.Rest("PATCH", "/memory/key/{**key}").Frame(FrameEvents.MemoryPatch),

        new Operation<ProjectContext, Asked<Nothing>>(
            "DeleteMemory", "Delete the entry under a key.",
            MemoryTarget.InPath.As(where => Asked.In(where, default(Nothing), null, null))
                .OrFrame(Input.Body<MemoryDeletion>("""{"key": "plan/login", "if_version": 1042}""").As(body => Asked.For(default(Nothing), body.Key, null, body.IfVersion))),
            DeleteAsync)
        {
            Allows = Permission.WriteMemory,
            Refuses = [ErrorCodes.Forbidden],
            Answers = [AnswerShape.Done],
            Overlap = InOrder<Nothing>(),
        }.Rest("DELETE", "/memory/key/{**key}").Frame(FrameEvents.MemoryDelete),

        new Operation<ProjectContext, HistoryQuery>(
            "GetMemoryHistory", "List the last 20 versions of an entry, newest first.", Input.Query<HistoryQuery>(), HistoryAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Page<MemoryVersion>>(Example.PageOf(AVersion))],
        }.Rest("GET", "/memory/history"),

        new Operation<ProjectContext, Result<MemoryTarget>>(
            "GetMemoryById", "Get an entry by its id.", Input.Path("memory_id").As(MemoryTarget.OfId), GetAsync)
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<MemoryEntry>(AnEntry)],
        }.Rest("GET", "/memory/{memory_id}"),

        new Operation<ProjectContext, Asked<MemoryRequest>>(
            "PutMemoryById", "Store a value in an entry, by its id.",
            MemoryTarget.ById.And(Input.Body<MemoryRequest>(AValue)).As(all => Asked.In(all.First, all.Second, all.Second.Key, all.Second.IfVersion)), SetAsync)
        {
            Allows = Permission.WriteMemory,
            Refuses = [ErrorCodes.Forbidden],
            Answers = [AnswerShape.Ok<MemoryEntry>(AnEntry)],
        }.Rest("PUT", "/memory/{memory_id}"),

        new Operation<ProjectContext, Asked<Nothing>>(
            "DeleteMemoryById", "Delete an entry by its id.", MemoryTarget.ById.As(where => Asked.In(where, default(Nothing), null, null)), DeleteAsync)
        {
            Allows = Permission.WriteMemory,
            Refuses = [ErrorCodes.Forbidden],
            Answers = [AnswerShape.Done],
        }.Rest("DELETE", "/memory/{memory_id}"),
    ];

    private static Overlap<Asked<T>> InOrder<T>() => new(static asked => asked.Place.Target.TryGet(out var target, out _) ? target.Key : null, KeepOrder: true);

    private async ValueTask<Answer> SetAsync(Asked<MemoryRequest> asked, ProjectContext context)
    {
        if (!asked.TryAgree(out var target, out var version, out var problem))
            return problem;
        var (view, request) = (SharedMemory.View.Of(context), asked.Body);
        if (MemoryInput.Check(target.KeyToCheck, request, version) is { } bad)
            return bad;
        return await ChangedAsync(view, target, "memory.set", context, (present, key) => MemoryRules.Set(
            present, new MemoryRules.Setting(key, request.Value, version, memory.After(request.TtlSeconds), request.AccessControl, view.AgentId)));
    }

    private async ValueTask<Answer> PatchAsync(Asked<MemoryPatch> asked, ProjectContext context)
    {
        if (!asked.TryAgree(out var target, out var version, out var problem))
            return problem;
        var (view, patch) = (SharedMemory.View.Of(context), asked.Body);
        if (MemoryInput.Check(target.KeyToCheck, patch, version) is { } bad)
            return bad;
        return await ChangedAsync(view, target, "memory.patched", context, (present, key) => MemoryRules.Change(present, key, patch, version, view.AgentId));
    }

    private async ValueTask<Answer> ChangedAsync(
        SharedMemory.View view, MemoryTarget target, string action, ProjectContext context, Func<Entity<MemoryEntry>?, string, Decision<MemoryEntry>> decide)
    {
        if (!(await memory.ChangeAsync(view, target, decide)).TryGet(out var entry, out var problem))
            return problem;
        var key = entry!.Value.Key;
        await audit.RecordAsync(context.Caller, context.Project.Id, action, key, context.Cancellation);
        return entry.Row.Made == entry.Version
            ? Answer.CreatedJson(entry.Shown, $"/memory/key/{Uri.EscapeDataString(key)}", entry.Version)
            : Answer.OkJson(entry.Shown, entry.Version);
    }

    private async ValueTask<Answer> GetAsync(Result<MemoryTarget> asked, ProjectContext context)
    {
        if (!asked.TryGet(out var target, out var problem))
            return problem;
        if (MemoryInput.Check(target.KeyToCheck) is { } bad)
            return bad;
        return await memory.FindAsync(SharedMemory.View.Of(context), target) is { } entry ? Answer.OkJson(entry.Shown, entry.Version) : MemoryRules.NotFound(target.Name);
    }

    private async ValueTask<Answer> ListAsync(MemoryQuery query, ProjectContext context)
    {
        if (query.Delimiter is not null)
            return await LevelAsync(query, context);
        var below = long.MaxValue;
        if (query.Prefix is null && !ListPlace.TryRead(query.List, out below, out var problem))
            return problem;
        var found = await memory.ListAsync(
            SharedMemory.View.Of(context),
            new EntityQuery(context.Project.Number, Kind.Number, query.List.Limit + 1)
            {
                Below = below,
                Prefix = query.Prefix,
                AfterName = query.Prefix is null ? null : query.List.After,
            });
        var page = ListPlace.Page(found, query.List.Limit, entry => entry.Value, entry => entry.Row.Made);
        return Answer.Ok(new MemoryPage { Items = page.Items, Next = query.Prefix is null || page.Next is null ? page.Next : page.Items[^1].Key });
    }

    private async ValueTask<Answer> LevelAsync(MemoryQuery query, ProjectContext context)
    {
        if (query.Delimiter is not [>= '!' and <= '~' and var delimiter])
            return Problems.InvalidField("delimiter", "must be one character, such as /");
        var prefix = query.Prefix ?? "";
        if (query.List.After is { } after && !after.StartsWith(prefix, StringComparison.Ordinal))
            return Problems.InvalidField("after", "is not the `next` of a page");
        var level = new EntityLevel(context.Project.Number, Kind.Number, prefix, delimiter, query.List.Limit + 1) { After = query.List.After };
        return Answer.Ok(await memory.LevelAsync(SharedMemory.View.Of(context), level, query.List.Limit));
    }

    private async ValueTask<Answer> HistoryAsync(HistoryQuery query, ProjectContext context)
    {
        if (MemoryInput.Check(query.Key) is { } bad)
            return bad;
        return await memory.HistoryAsync(SharedMemory.View.Of(context), query.Key!) is { } versions
            ? Answer.Ok(new Page<MemoryVersion> { Items = versions })
            : MemoryRules.NotFound(query.Key!);
    }

    private async ValueTask<Answer> DeleteAsync(Asked<Nothing> asked, ProjectContext context)
    {
        if (!asked.TryAgree(out var target, out var version, out var problem))
            return problem;
        if (MemoryInput.Check(target.KeyToCheck, version) is { } bad)
            return bad;
        if ((await memory.ChangeAsync(SharedMemory.View.Of(context), target, (present, key) => MemoryRules.Delete(present, key, version))).Problem is { } refusal)
            return refusal;
        await audit.RecordAsync(context.Caller, context.Project.Id, "memory.deleted", target.Name, context.Cancellation);
        return Answer.Done;
    }

    private sealed record MemoryQuery(ListQuery List, string? Prefix, string? Delimiter) : IQuery<MemoryQuery>
    {
        public static MemoryQuery Read(QueryReader query) => new(
            query.List(), query.Text("prefix", "Only keys with this prefix, sorted by key. If empty, all keys, sorted.", mayBeEmpty: true),
            query.Text("delimiter", "Only one level of the keys, up to this character: `/`, for example."));
    }

    /// <summary>A feed has no levels.</summary>
    private sealed record PrefixQuery(string? Prefix) : IQuery<PrefixQuery>
    {
        public static PrefixQuery Read(QueryReader query)
        {
            _ = query.List();
            return new(query.Text("prefix", "Only keys with this prefix, sorted by key. If empty, all keys, sorted.", mayBeEmpty: true));
        }
    }

    private sealed record HistoryQuery(string? Key) : IQuery<HistoryQuery>
    {
        public static HistoryQuery Read(QueryReader query) => new(query.Text("key", "The entry's key."));
    }
}
