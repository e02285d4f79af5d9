using System.Diagnostics.CodeAnalysis;
using Parley.Server.Operations;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Memory;

/// <summary>Identifies an entry by its key or its id.</summary>
internal readonly record struct MemoryTarget(string? Key, Guid? Id)
{
    /// <summary>The key is in the path, or in the query if a path cannot express it. Also has the version from the query and from
    /// <c>If-Match</c>.</summary>
    internal static Input<Place> InPath { get; } = Input.PathRest("key").And(Input.IfMatch).And(Input.Query<ChangeQuery>()).As(all =>
        new Place(Of((all.First, new KeyQuery(all.Third.Key))), all.Second, all.Third.IfVersion));

    internal static Input<Place> ById { get; } = Input.Path("memory_id").And(Input.IfMatch).And(Input.Query<VersionQuery>()).As(all =>
        new Place(OfId(all.First), all.Second, all.Third.IfVersion));

    /// <summary>How errors refer to it.</summary>
    internal string Name => Key ?? $"{Id}";

    /// <summary>The key, to be validated. The key of an existing entry was validated when it was set.</summary>
    internal string? KeyToCheck => Id is null ? Key : "id";

    internal static Result<MemoryTarget> Of((string Path, KeyQuery Query) asked) => asked.Path.Length > 0 && asked.Query.Key is not null
        ? Problems.InvalidField("key", "is in the path and in the query: give it only once")
        : new MemoryTarget(asked.Path.Length > 0 ? asked.Path : asked.Query.Key ?? "", null);

    internal static Result<MemoryTarget> OfId(string text) => WireNames.IsUuid(text) ? new MemoryTarget(null, Guid.Parse(text)) : MemoryRules.NotFound(text);

    /// <param name="Match">The version in <c>If-Match</c>.</param>
    /// <param name="IfVersion">The version in the query.</param>
    internal sealed record Place(Result<MemoryTarget> Target, long? Match, long? IfVersion);

    internal sealed record KeyQuery(string? Key) : IQuery<KeyQuery>
    {
        public static KeyQuery Read(QueryReader query) => new(KeyOf(query));
    }

    internal sealed record ChangeQuery(string? Key, long? IfVersion) : IQuery<ChangeQuery>
    {
        public static ChangeQuery Read(QueryReader query) => new(KeyOf(query), VersionOf(query));
    }

    internal sealed record VersionQuery(long? IfVersion) : IQuery<VersionQuery>
    {
        public static VersionQuery Read(QueryReader query) => new(VersionOf(query));
    }

    private static string? KeyOf(QueryReader query) =>
        query.Text("named", "The key, if the path ends at `key`. For keys with `.` or `..` as a segment, which HTTP clients remove from a path.");

    private static long? VersionOf(QueryReader query) => query.Long("if_version", 0, "Only if the entry has this version; 0: only if there is none.");
}

/// <summary>A request and the entry it is for.</summary>
internal static class Asked
{
    /// <summary>A request with the key in its body or frame.</summary>
    internal static Asked<T> For<T>(T body, string? key, long? match, long? version) =>
        new(new MemoryTarget.Place(new MemoryTarget(key, null), match, null), body, null, version);

    /// <summary>A request with the key in its path.</summary>
    /// <param name="key">The key in the body; if present, it must equal the key in the path.</param>
    internal static Asked<T> In<T>(MemoryTarget.Place place, T body, string? key, long? version) => new(place, body, key, version);
}

/// <inheritdoc cref="Asked"/>
internal sealed record Asked<T>(MemoryTarget.Place Place, T Body, string? Key, long? IfVersion)
{
    /// <summary>If a value is given in several places, all must agree.</summary>
    internal bool TryAgree(out MemoryTarget target, out long? version, [NotNullWhen(false)] out ApiProblem? problem)
    {
        version = null;
        if (!Place.Target.TryGet(out target, out problem))
            return false;
        if (Key is not null && Key != target.Key)
            problem = Problems.InvalidField("key", "must be absent or the same as in the path");
        foreach (var said in (ReadOnlySpan<long?>)[IfVersion, Place.IfVersion, Place.Match])
        {
            if (said is not null && version is not null && said != version)
                problem = Problems.InvalidField("if_version", "is given twice with different values, in the body, the query, or If-Match");
            version ??= said;
        }

        return problem is null;
    }
}
