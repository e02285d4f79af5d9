using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Coordination;
using Parley.Server.Entities;
using Parley.Server.Projects;

namespace Parley.Server.Reservations;

/// <summary>Ends reservations whose time is over.</summary>
internal sealed class ReservationDue(ReservationBoard board, ProjectDirectory projects) : IDueLook<Reservation>
{
    public async ValueTask LookAsync(int project, Guid id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (projects.Find(project) is { } state)
            await board.ExpireAsync(state, id, cancellationToken);
    }
}

/// <summary>Releases the reservations of an agent that is deleted. One that goes offline keeps them until their time is over.</summary>
internal sealed class ReservationOwners(ReservationBoard board) : IAgentWatcher
{
    private const int PartSize = 100;

    public void Came(ProjectState project, AgentState agent)
    {
        // It has kept what it reserved.
    }

    public void Left(ProjectState project, AgentState agent)
    {
        // It may be back in a moment.
    }

    public async ValueTask RemovedAsync(ProjectState project, AgentState agent, CancellationToken cancellationToken)
    {
        var query = new EntityQuery(project.Number, ReservationKinds.Reservation.Number, PartSize) { Marks = [ReservationKinds.LiveOf(agent.Id)] };
        while (true)
        {
            var part = await board.ListAsync(query, cancellationToken);
            foreach (var reservation in part)
                await board.ReleaseAsync(project, 0, reservation.Value.ReservationId, fence: null, cancellationToken);
            if (part.Count < PartSize)
                return;
            query = query with { Below = part[^1].Row.Made };
        }
    }
}

/// <summary>Gives a turn to those that a killed node left waiting although the paths are free.</summary>
internal sealed class ReservationKeeper(ReservationBoard board, ProjectDirectory projects) : IChore
{
    private const int PartSize = 100;

    public TimeSpan Interval { get; } = TimeSpan.FromSeconds(5);

    public async ValueTask<TimeSpan?> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var project in projects.All.Where(project => !project.Gone.IsCancellationRequested))
        {
            var query = new EntityQuery(project.Number, ReservationKinds.Reservation.Number, PartSize)
            {
                Marks = [ReservationKinds.Mark(ReservationStatus.Waiting)],
                OldestFirst = true,
            };
            while (true)
            {
                var part = await board.ListAsync(query, cancellationToken);
                foreach (var waits in part)
                    await board.GrantAsync(project, waits.Row.Id, cancellationToken);
                if (part.Count < PartSize)
                    break;
                query = query with { Above = part[^1].Row.Made };
            }
        }

        return null;
    }
}
