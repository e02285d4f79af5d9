using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>Has the index take in what was said up to now, for who is about to search.</summary>
internal sealed class IndexCatchUp(IMessageIndex index, TimeProvider clock)
{
    /// <summary>Shorter than clients wait for an answer: they are to hear why there is none.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <returns>Null when nothing is missing, else what to answer: after an import, or under more load than the machine can index, it takes longer
    /// than anybody should wait. What has been taken in stays.</returns>
    internal async ValueTask<ApiProblem?> RunAsync(int project, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        while (await index.CatchUpAsync(project, isAwaited: true, cancellationToken))
        {
            if (clock.GetElapsedTime(start) >= Patience)
                return Problems.IndexBehind();
        }

        return null;
    }
}
