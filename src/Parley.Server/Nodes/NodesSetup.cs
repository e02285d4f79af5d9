using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;

namespace Parley.Server.Nodes;

internal static class NodesSetup
{
    /// <summary>This node among others on the same database. Needs an <see cref="INodeStore"/> and an <see cref="INodeSignals"/>.</summary>
    public static IServiceCollection AddNodes(this IServiceCollection services) => services
        .AddSingleton<DirectoryFollower>()
        .AddSingleton<ClusterView>()
        .AddSingleton<IClusterView>(provider => provider.GetRequiredService<ClusterView>())
        .AddSingleton<INodeEvents, NodeEventHandler>()
        .AddSingleton<Membership>()
        .AddSingleton<ILeadership>(provider => provider.GetRequiredService<Membership>())
        .AddHostedService(provider => provider.GetRequiredService<Membership>());

    /// <summary>Ties the directories to what follows them; before the first of them is read.</summary>
    public static void StartNodes(this IServiceProvider services)
    {
        var cluster = services.GetRequiredService<ClusterView>();
        cluster.Follower = services.GetRequiredService<DirectoryFollower>();
        cluster.Store = services.GetRequiredService<INodeStore>();
    }
}

/// <summary>What the directories ask, which are themselves what the follower keeps up to date.</summary>
internal sealed class ClusterView : IClusterView
{
    /// <summary>Set once, before the first request; until then the directories are being read as a whole, and there is nothing to follow.</summary>
    internal DirectoryFollower? Follower { get; set; }

    /// <summary>Set with it.</summary>
    internal INodeStore? Store { get; set; }

    /// <summary>As the last sign of life found it.</summary>
    public bool AreThere { get; internal set; }

    public ValueTask CatchUpAsync(CancellationToken cancellationToken) => Follower?.CatchUpAsync(cancellationToken) ?? ValueTask.CompletedTask;

    public ValueTask EndSessionAsync(int agent, string session, CancellationToken cancellationToken) =>
        Store?.EndSessionAsync(agent, session, cancellationToken) ?? ValueTask.CompletedTask;
}
