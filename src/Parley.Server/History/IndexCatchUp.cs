using Parley.Server.Wire;

namespace Parley.Server.History;

/// <summary>Brings the index up to date before a search.</summary>
internal sealed class IndexCatchUp(IMessageIndex index, TimeProvider clock)
{
    /// <summary>Shorter than clients wait for an answer, so that they are told why there is no result.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <returns>Null if the index is up to date, otherwise the answer to give. After an import, or if the load exceeds what the machine can index, it
    /// would take longer than anybody should wait. What has been indexed stays.</returns>
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
