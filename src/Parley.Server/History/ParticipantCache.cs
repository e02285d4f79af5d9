using System.Collections.Concurrent;

namespace Parley.Server.History;

/// <summary>Which agents take part in which threads. A positive answer is kept for a moment, because a conversation asks the same with each of its
/// messages.</summary>
internal sealed class ParticipantCache(IMessageHistory history, TimeProvider clock)
{
    /// <summary>Participants stay participants until retention removes the thread or the agent is deleted. That is noticed at most this much
    /// later.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(10);

    /// <summary>A few megabytes.</summary>
    private const int MostFound = 16_384;

    private readonly ConcurrentDictionary<(int Project, long Thread, int Agent), long> _found = new();

    internal ValueTask<bool> HasAsync(int project, long thread, int agent, CancellationToken cancellationToken) =>
        _found.TryGetValue((project, thread, agent), out var at) && clock.GetElapsedTime(at) < Life
            ? new(result: true)
            : AskAsync(project, thread, agent, cancellationToken);

    private async ValueTask<bool> AskAsync(int project, long thread, int agent, CancellationToken cancellationToken)
    {
        // An agent that does not take part yet may do so with the next message, so that is not kept.
        if (!await history.TakesPartAsync(project, thread, agent, cancellationToken))
            return false;
        if (_found.Count >= MostFound)
            _found.Clear();
        _found[(project, thread, agent)] = clock.GetTimestamp();
        return true;
    }
}
