using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Parley.Server.Coordination;

namespace Parley.Server.Nodes;

internal static class NodesSetup
{
    /// <summary>Multiple nodes on one database. Needs an <see cref="INodeStore"/> and an <see cref="INodeSignals"/>.</summary>
    public static IServiceCollection AddNodes(this IServiceCollection services) => services
        .AddSingleton<DirectoryFollower>()
        .AddSingleton<ClusterView>()
        .AddSingleton<IClusterView>(provider => provider.GetRequiredService<ClusterView>())
        .AddSingleton<INodeEvents, NodeEventHandler>()
        .AddSingleton<Membership>()
        .AddSingleton<ILeadership>(provider => provider.GetRequiredService<Membership>())
        .AddHostedService(provider => provider.GetRequiredService<Membership>());

    /// <summary>Connects the directories to their followers; call it before the first directory is read.</summary>
    public static void StartNodes(this IServiceProvider services)
    {
        var cluster = services.GetRequiredService<ClusterView>();
        cluster.Follower = services.GetRequiredService<DirectoryFollower>();
        cluster.Store = services.GetRequiredService<INodeStore>();
    }
}

/// <summary>What the directories ask, which are themselves what the follower keeps up to date.</summary>
internal sealed class ClusterView(TimeProvider clock) : IClusterView
{
    /// <summary>Longer than a node needs to end a connection whose client is gone.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private readonly ConcurrentDictionary<string, Question> _asked = new(StringComparer.Ordinal);

    /// <summary>Set once, before the first request; until then the directories are being read as a whole, and there is nothing to follow.</summary>
    internal DirectoryFollower? Follower { get; set; }

    /// <summary>Set with it.</summary>
    internal INodeStore? Store { get; set; }

    /// <summary>According to the last heartbeat.</summary>
    public bool AreThere => Peers > 0;

    /// <summary>How many other nodes are alive, according to the last heartbeat.</summary>
    internal int Peers { get; set; }

    public ValueTask CatchUpAsync(CancellationToken cancellationToken) => Follower?.CatchUpAsync(cancellationToken) ?? ValueTask.CompletedTask;

    public async ValueTask EndSessionAsync(int agent, string? session, CancellationToken cancellationToken)
    {
        if (Store is null || Peers is not (> 0 and var peers))
            return;
        var id = Guid.NewGuid().ToString("N");
        var question = _asked[id] = new Question(peers);
        try
        {
            await Store.EndSessionAsync(agent, session ?? "", id, cancellationToken);
            await question.Answered.WaitAsync(Patience, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            // A node that is gone, or did not receive the question.
        }
        finally
        {
            _asked.TryRemove(id, out _);
        }
    }

    /// <summary>A node has done what it was asked to do.</summary>
    internal void Answer(string question) => _asked.GetValueOrDefault(question)?.Answer();

    private sealed class Question(int nodes)
    {
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = nodes;

        internal Task Answered => _answered.Task;

        internal void Answer()
        {
            if (Interlocked.Decrement(ref _left) <= 0)
                _answered.TrySetResult();
        }
    }
}
