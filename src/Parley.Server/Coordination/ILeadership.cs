namespace Parley.Server.Coordination;

/// <summary>Which of the nodes that share a store does what one must do.</summary>
internal interface ILeadership
{
    /// <summary>A hint as any such: for a moment two nodes may both think so, and every chore bears that.</summary>
    bool IsLeader { get; }
}

/// <summary>What other nodes on the same store have made, as far as it is held in memory here: projects, agents, squads, tokens.</summary>
internal interface IClusterView
{
    /// <summary>Whether another node is alive that connections may move to.</summary>
    bool AreThere { get; }

    /// <summary>Completes when everything that was made anywhere before the call is known here. To be called where something that was
    /// named is not known, before saying so.</summary>
    ValueTask CatchUpAsync(CancellationToken cancellationToken);

    /// <summary>A client of an agent has come here that lost a connection elsewhere: that is ended, as is what else of the agent's is broken there, and what it
    /// held is free when this completes. A node that does not answer is waited for a few seconds only; it finds out by the silence.</summary>
    /// <param name="session">Null: it named none.</param>
    ValueTask EndSessionAsync(int agent, string? session, CancellationToken cancellationToken);
}

/// <summary>A server that has its store to itself.</summary>
internal sealed class SingleNode : ILeadership, IClusterView
{
    public bool IsLeader => true;

    public bool AreThere => false;

    public ValueTask CatchUpAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask EndSessionAsync(int agent, string? session, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
