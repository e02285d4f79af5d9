namespace Parley.Server.Coordination;

/// <summary>Which of the nodes that share a store runs the jobs that only one node should run.</summary>
internal interface ILeadership
{
    /// <summary>A hint: for a moment, two nodes may both believe that they are the leader, and every chore tolerates that.</summary>
    bool IsLeader { get; }

    /// <summary>Changes if another node was the leader in the meantime. What this node read from the store as the leader may then be outdated.</summary>
    long Term { get; }

    /// <summary>Whether this node is still the leader in a term; for work that others can see. A node that was frozen cannot know, so this waits for
    /// its next heartbeat. A node that was replaced therefore starts nothing more.</summary>
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
