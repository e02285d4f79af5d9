using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Attention;

/// <summary>What needs attention in a project, and snoozes.</summary>
internal sealed class AttentionDesk(IEnumerable<IAttentionSource> sources, EntityBoard<AttentionSnooze> snoozes, TimeProvider clock)
{
    internal IReadOnlyList<IAttentionSource> Sources { get; } = [.. sources.OrderBy(source => source.Kind)];

    /// <summary>Checks the project.</summary>
    internal async ValueTask<AttentionList> CheckAsync(ProjectState project, AttentionFilter filter, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var (items, checks) = (new List<AttentionItem>(), new List<AttentionCheck>());
        foreach (var source in Sources.Where(source => filter.Kinds.Count == 0 || filter.Kinds.Contains(source.Kind)))
        {
            var found = await source.FindAsync(project, now, cancellationToken);
            items.AddRange(found.Items);
            checks.Add(new AttentionCheck { Kind = source.Kind, LookedAt = found.LookedAt, More = found.More });
        }

        var held = items.Count == 0 ? [] : await SnoozesAsync(project, cancellationToken);
        return new AttentionList
        {
            Items = [.. AttentionJudge.InOrder(items.Select(item => AttentionJudge.Snoozed(item, held.GetValueOrDefault(item.AttentionId), now)).Where(filter.Takes))],
            CheckedAt = now,
            Checks = checks,
        };
    }

    /// <returns>The item, now snoozed; a problem if there is no such trouble.</returns>
    internal async ValueTask<Result<AttentionItem>> SnoozeAsync(
        ProjectState project, int sender, string id, DateTimeOffset until, string by, CancellationToken cancellationToken)
    {
        if (await FindAsync(project, id, cancellationToken) is null)
            return SnoozeRules.NotFound(id);
        var result = await snoozes.ChangeAsync(project.Number, id, sender, present => SnoozeRules.Snooze(present?.Value, id, until, by), cancellationToken);
        if (!result.TryGet(out _, out var problem))
            return problem;
        return await FindAsync(project, id, cancellationToken) is { } item ? item : SnoozeRules.NotFound(id);
    }

    internal async ValueTask<ApiProblem?> WakeAsync(ProjectState project, int sender, string id, CancellationToken cancellationToken)
    {
        var result = await snoozes.ChangeAsync(project.Number, id, sender, SnoozeRules.Wake, cancellationToken);
        return result.TryGet(out _, out var problem) ? null : problem;
    }

    /// <summary>By the id of what they snooze. They are few, and end by themselves.</summary>
    internal async ValueTask<Dictionary<string, AttentionSnooze>> SnoozesAsync(ProjectState project, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, AttentionSnooze>(StringComparer.Ordinal);
        await foreach (var snooze in snoozes.AllAsync(project.Number, cancellationToken))
            found[snooze.Value.AttentionId] = snooze.Value;
        return found;
    }

    private async ValueTask<AttentionItem?> FindAsync(ProjectState project, string id, CancellationToken cancellationToken) =>
        SnoozeRules.KindOf(id) is { } kind
            ? (await CheckAsync(project, new AttentionFilter { Kinds = [kind], Snoozed = true }, cancellationToken)).Items.FirstOrDefault(item => item.AttentionId == id)
            : null;
}
