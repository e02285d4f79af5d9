namespace Parley.Server.Coordination;

/// <summary>Which of the nodes that share a store runs the jobs that only one node should run.</summary>
internal interface ILeadership
{
    /// <summary>A hint: for a moment, two nodes may both believe that they are the leader, and every chore tolerates that.</summary>
    bool IsLeader { get; }

    /// <summary>Changes when another node has led in between: what was learned of the store while this node led before is old by then.</summary>
    long Term { get; }

    /// <summary>Whether this node still leads in a term, for work that is seen outside. A node that stood still for a while does not know it: this
    /// then waits until the store has told. So of two nodes, the one that was replaced begins nothing more.</summary>
    ValueTask<bool> LeadsInAsync(long term, CancellationToken cancellationToken);
}

/// <summary>Changes by other nodes on the same store to what is held in memory here: projects, agents, squads, tokens.</summary>
internal interface IClusterView
{
    /// <summary>Whether there is another live node that connections can move to.</summary>
    bool AreThere { get; }

    /// <summary>Completes when this node knows everything that was created anywhere before the call. Call it before saying that something does not
    /// exist.</summary>
    ValueTask CatchUpAsync(CancellationToken cancellationToken);

    /// <summary>An agent's client that lost a connection on another node has connected here. That connection is closed, as are the agent's other
    /// broken connections there, and their messages are requeued when this completes. Waits only a few seconds for a node that does not
    /// answer.</summary>
    /// <param name="session">Null if it named none.</param>
    ValueTask EndSessionAsync(int agent, string? session, CancellationToken cancellationToken);
}

/// <summary>A server that does not share its store.</summary>
internal sealed class SingleNode : ILeadership, IClusterView
{
    public bool IsLeader => true;

    public long Term => 0;

    public bool AreThere => false;

    public ValueTask<bool> LeadsInAsync(long term, CancellationToken cancellationToken) => new(result: true);

    public ValueTask CatchUpAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask EndSessionAsync(int agent, string? session, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
