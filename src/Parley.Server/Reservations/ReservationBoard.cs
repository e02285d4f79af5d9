using System.Collections.Concurrent;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Reservations;

/// <summary>The reservations of projects. One is active if none that was made earlier, and has not ended, clashes with it; otherwise it waits.</summary>
/// <remarks>So no lock is needed to decide whose turn it is, on however many nodes. What was made earlier can only end, and never begins again: once it
/// is a reservation's turn, it stays so. Only a new one has to know of all that were made before, which its name makes sure of: see
/// <see cref="ReservationKinds.NameAfter"/>.</remarks>
internal sealed class ReservationBoard(EntityBoard<Reservation> reservations, IEntityStore store, TimeProvider clock)
{
    /// <summary>The most clashes that are looked up to refuse a request.</summary>
    private const int MostTold = 20;

    private const int PartSize = 500;

    private readonly ConcurrentDictionary<int, ReservationIndex> _indexes = new();
    private readonly Turns _making = new();
    private readonly Turns _loading = new();

    internal ValueTask<IReadOnlyList<Entity<Reservation>>> ListAsync(EntityQuery query, CancellationToken cancellationToken) => reservations.ListAsync(query, cancellationToken);

    internal async ValueTask<Entity<Reservation>?> FindAsync(ProjectState project, string id, CancellationToken cancellationToken) =>
        TryRead(id, out var key) ? await reservations.FindAsync(project.Number, key, cancellationToken) : null;

    /// <summary>Reserves paths, waits for them, or refuses, and tells the holders about the clash.</summary>
    /// <param name="draft">As <see cref="ReservationRules.Create"/> makes it.</param>
    internal async ValueTask<Result<Entity<Reservation>>> CreateAsync(
        ProjectState project, int sender, Reservation draft, IReadOnlyList<PathGlob> globs, bool waits, CancellationToken cancellationToken)
    {
        var turn = _making.Of(project.Number, "making");
        await turn.WaitAsync(cancellationToken);
        IReadOnlyList<Clash> clashes;
        Entity<Reservation>? made = null;
        try
        {
            if (await store.CountAsync(project.Number, ReservationKinds.Reservation.Number, ReservationKinds.LiveOf(draft.AgentId), ReservationRules.MostLive, cancellationToken) >= ReservationRules.MostLive)
                return ReservationRules.TooMany(draft.AgentId);
            while (true)
            {
                var (index, newest) = await IndexAsync(project, cancellationToken);
                clashes = await ClashesAsync(project, index, draft.AgentId, draft.Mode, globs, long.MaxValue, MostTold, cancellationToken);
                if (clashes.Count > 0 && !waits)
                    break;
                var decision = clashes.Count == 0
                    ? ReservationRules.Grant(draft, clock.GetUtcNow(), ReservationKinds.CreatedType)
                    : Decision<Reservation>.Put(draft with { Status = ReservationStatus.Waiting }, ReservationKinds.WaitingType);
                var write = reservations.Write(null, decision) with { Name = ReservationKinds.NameAfter(newest) };
                var outcome = await store.ApplyAsync(new Transition(project.Number, sender, [write]), cancellationToken);
                if (outcome.Result == TransitionResult.ProjectGone)
                    return Problems.NotFound("project", project.Id);
                if (outcome.Result != TransitionResult.Applied)
                    continue;
                made = reservations.Written(outcome.Rows[0], decision.Value!);
                index.Add([new Indexed(made.Row.Id, made.Row.Made, draft.AgentId, draft.Mode, globs)], made.Row.Made);
                break;
            }
        }
        finally
        {
            turn.Release();
        }

        foreach (var clash in clashes)
            await WantAsync(project, clash, draft.AgentId, cancellationToken);
        if (made is null)
            return ReservationRules.Clashes(clashes);
        // What it clashed with may have ended since it was looked at, and then nobody else gives it its turn.
        return made.Value.Status == ReservationStatus.Waiting ? await GrantAsync(project, made.Row.Id, cancellationToken) ?? made : made;
    }

    internal async ValueTask<Result<Entity<Reservation>>> RenewAsync(
        ProjectState project, int sender, string id, ReservationMove move, CancellationToken cancellationToken) =>
        await ChangeAsync(project, sender, id, present => ReservationRules.Renew(present.Value, move, clock.GetUtcNow()), null, cancellationToken);

    /// <summary>Ends a reservation, or gives up waiting. Those that can have their turn then have it.</summary>
    internal async ValueTask<Result<Entity<Reservation>>> ReleaseAsync(ProjectState project, int sender, string id, long? fence, CancellationToken cancellationToken)
    {
        var result = await ChangeAsync(project, sender, id, present => ReservationRules.Release(present.Value, fence), null, cancellationToken);
        if (result.TryGet(out var ended, out _))
            await FollowAsync(project, ended, cancellationToken);
        return result;
    }

    /// <summary>Ends a reservation whose time is over.</summary>
    internal async ValueTask ExpireAsync(ProjectState project, Guid id, CancellationToken cancellationToken)
    {
        var result = await ChangeAsync(project, 0, id.ToString(), present => ReservationRules.Expire(present.Value, clock.GetUtcNow()), null, cancellationToken);
        if (result.TryGet(out var ended, out _) && !ReservationKinds.IsLive(ended.Value))
            await FollowAsync(project, ended, cancellationToken);
    }

    /// <summary>Makes a reservation that waits active, if it is its turn.</summary>
    /// <returns>The reservation as it is now; null if there is none.</returns>
    internal async ValueTask<Entity<Reservation>?> GrantAsync(ProjectState project, Guid id, CancellationToken cancellationToken)
    {
        var (index, _) = await IndexAsync(project, cancellationToken);
        if (await reservations.FindAsync(project.Number, id, cancellationToken) is not { } present)
            return null;
        if (present.Value.Status != ReservationStatus.Waiting || index.Find(id) is not { } indexed)
            return present;
        var ahead = await ClashesAsync(project, index, indexed.AgentId, indexed.Mode, indexed.Globs, indexed.Made, most: 1, cancellationToken);
        if (ahead.Count > 0)
            return present;
        var result = await ChangeAsync(
            project, 0, id.ToString(),
            waits => waits.Value.Status == ReservationStatus.Waiting ? ReservationRules.Grant(waits.Value, clock.GetUtcNow(), ReservationKinds.GrantedType) : Decision<Reservation>.Keep,
            (waits, granted) => ReservationMessages.Granted(project, waits, granted), cancellationToken);
        return result.TryGet(out var granted, out _) ? granted : present;
    }

    /// <summary>The reservations of other agents that keep an agent from changing files.</summary>
    internal async ValueTask<IReadOnlyList<ReservationClash>> CheckAsync(
        ProjectState project, string agentId, IReadOnlyList<string> files, int most, CancellationToken cancellationToken)
    {
        var (index, _) = await IndexAsync(project, cancellationToken);
        var found = new SortedDictionary<long, (Indexed Held, string File, int Files)>();
        foreach (var file in files)
        {
            // Shared ones keep nobody from working: they only keep others from having the files alone.
            foreach (var (held, _, _) in index.Clashing(agentId, ReservationMode.Shared, [PathGlob.OfFile(file, index.IgnoresCase)]))
                found[held.Made] = found.TryGetValue(held.Made, out var before) ? before with { Files = before.Files + 1 } : (held, file, 1);
        }

        var clashes = new List<ReservationClash>();
        foreach (var (held, file, count) in found.Values)
        {
            if (clashes.Count == most)
                break;
            if (await LiveAsync(project, index, held, cancellationToken) is { Value.Status: ReservationStatus.Active } live)
                clashes.Add(new ReservationClash { File = file, Files = count, Reservation = live.Value });
        }

        return clashes;
    }

    /// <summary>Notes a clash with the holder, and tells it. One that still waits is told with its turn.</summary>
    private async ValueTask WantAsync(ProjectState project, Clash clash, string agentId, CancellationToken cancellationToken) => await ChangeAsync(
        project, 0, clash.Held.Value.ReservationId, held => ReservationRules.Want(held.Value, agentId),
        (_, held) => held.Status == ReservationStatus.Active ? ReservationMessages.Wanted(project, held, agentId, clash.Common) : null, cancellationToken);

    /// <summary>Gives those their turn that waited for one that has ended.</summary>
    private async ValueTask FollowAsync(ProjectState project, Entity<Reservation> ended, CancellationToken cancellationToken)
    {
        var (index, _) = await IndexAsync(project, cancellationToken);
        index.Remove(ended.Row.Id);
        var indexed = ToIndexed(ended, index.IgnoresCase);
        foreach (var (waits, _, _) in index.Clashing(indexed.AgentId, indexed.Mode, indexed.Globs, above: indexed.Made))
            await GrantAsync(project, waits.Id, cancellationToken);
    }

    private async ValueTask<IReadOnlyList<Clash>> ClashesAsync(
        ProjectState project, ReservationIndex index, string agentId, ReservationMode mode, IReadOnlyList<PathGlob> globs, long below, int most,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            var clashes = new List<Clash>();
            var found = index.Clashing(agentId, mode, globs, below, most: most);
            foreach (var (held, pathIndex, glob) in found)
            {
                if (await LiveAsync(project, index, held, cancellationToken) is { } live)
                    clashes.Add(new Clash(live, pathIndex, globs[pathIndex].Common(glob)!));
            }

            // Those that have ended took the places of others, and are no longer in the index.
            if (clashes.Count == found.Count || found.Count < most)
                return clashes;
        }
    }

    /// <summary>A reservation as it is in the store; null if it has ended. If its time is over, it ends now.</summary>
    private async ValueTask<Entity<Reservation>?> LiveAsync(ProjectState project, ReservationIndex index, Indexed indexed, CancellationToken cancellationToken)
    {
        var present = await reservations.FindAsync(project.Number, indexed.Id, cancellationToken);
        if (present is not null && ReservationRules.IsOverdue(present.Value, clock.GetUtcNow()))
        {
            await ExpireAsync(project, indexed.Id, cancellationToken);
            present = await reservations.FindAsync(project.Number, indexed.Id, cancellationToken);
        }

        if (present is not null && ReservationKinds.IsLive(present.Value))
            return present;
        index.Remove(indexed.Id);
        return null;
    }

    /// <summary>The index of a project, with everything that the store has, and where the newest reservation in the store was made.</summary>
    private async ValueTask<(ReservationIndex Index, long Newest)> IndexAsync(ProjectState project, CancellationToken cancellationToken)
    {
        var newest = await store.ListAsync(new EntityQuery(project.Number, ReservationKinds.Reservation.Number, 1), cancellationToken) is [var last] ? last.Made : 0;
        var ignoresCase = project.Settings.IgnoresCase;
        if (_indexes.TryGetValue(project.Number, out var index) && index.IgnoresCase == ignoresCase && index.Newest >= newest)
            return (index, newest);
        var turn = _loading.Of(project.Number, "loading");
        await turn.WaitAsync(cancellationToken);
        try
        {
            var isNew = !_indexes.TryGetValue(project.Number, out index);
            if (index?.IgnoresCase != ignoresCase)
                index = new ReservationIndex(ignoresCase);
            if (index.Newest < newest)
                await LoadAsync(project, index, newest, cancellationToken);
            _indexes[project.Number] = index;
            if (isNew)
                project.Gone.Token.Register(() => _indexes.TryRemove(project.Number, out _));
            return (index, newest);
        }
        finally
        {
            turn.Release();
        }
    }

    private async ValueTask LoadAsync(ProjectState project, ReservationIndex index, long newest, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(project.Number, ReservationKinds.Reservation.Number, PartSize) { Marks = [ReservationKinds.Live], OldestFirst = true, Above = index.Newest };
        while (true)
        {
            var part = await reservations.ListAsync(query, cancellationToken);
            index.Add(part.Select(one => ToIndexed(one, index.IgnoresCase)), part.Count < PartSize ? newest : part[^1].Row.Made);
            if (part.Count < PartSize)
                return;
            query = query with { Above = part[^1].Row.Made };
        }
    }

    /// <summary>Changes a reservation, with a message to its agent.</summary>
    private async ValueTask<Result<Entity<Reservation>>> ChangeAsync(
        ProjectState project, int sender, string id, Func<Entity<Reservation>, Decision<Reservation>> decide,
        Func<Entity<Reservation>, Reservation, Send?>? message, CancellationToken cancellationToken)
    {
        if (!TryRead(id, out var key))
            return ReservationRules.NotFound(id);
        var isTold = true;
        while (true)
        {
            if (await reservations.FindAsync(project.Number, key, cancellationToken) is not { } present)
                return ReservationRules.NotFound(id);
            var decision = decide(present);
            if (decision.Problem is { } problem)
                return problem;
            if (decision.Type is null)
                return present;
            var send = isTold ? message?.Invoke(present, decision.Value!) : null;
            // The name is that of its place, whatever changes.
            var write = reservations.Write(present, decision) with { Name = present.Row.Name };
            var outcome = await store.ApplyAsync(new Transition(project.Number, sender, [write]) { Messages = send is null ? [] : [send] }, cancellationToken);
            switch (outcome.Result)
            {
                case TransitionResult.Applied:
                    return reservations.Written(outcome.Rows[0], decision.Value!);
                case TransitionResult.ProjectGone:
                    return Problems.NotFound("project", project.Id);
                case TransitionResult.MessageRefused:
                    // The agent was just deleted. Others must have their turn all the same.
                    isTold = false;
                    break;
            }
        }
    }

    private static Indexed ToIndexed(Entity<Reservation> one, bool ignoresCase) => new(
        one.Row.Id, one.Row.Made, one.Value.AgentId, one.Value.Mode, [.. one.Value.Paths.Select(path => PathGlob.Read(path, ignoresCase, out _)).OfType<PathGlob>()]);

    private static bool TryRead(string id, out Guid key) => Guid.TryParse(id, out key) && WireNames.IsUuid(id);
}
