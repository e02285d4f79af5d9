using System.Text.Json;
using Parley.Server.Log;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Entities;

/// <summary>The feed of a kind, with the filters of its list.</summary>
internal sealed class EntityFeed<T>(EntityKind<T> kind, IEntityStore store, IReaderGroups groups, TimeProvider clock) : IFeedSource
    where T : class
{
    public string Name => kind.Feed;

    public Result<Feed> Open(ProjectLog project, JsonElement filter)
    {
        if (!FilterQuery.Read($"feeds.{Name}", filter, kind.Filter).TryGet(out var wanted, out var problem))
            return problem;
        return new Feed(
            Name,
            new FeedSelection(LogQuery.All, entry => entry.Kind == kind.Entry && HasName(entry, wanted.Prefix) && kind.HasMarks(entry, wanted.Lasting)),
            reader => new EntityView<T>(kind, wanted, project, store, groups, clock, reader))
        {
            TakesHidden = kind.Readers is not null,
        };
    }

    private bool HasName(LogEntry entry, string? prefix) =>
        string.IsNullOrEmpty(prefix) || EntityJson.TextOf(entry.Json, kind.PrefixField!)?.StartsWith(prefix, StringComparison.Ordinal) == true;
}
