using System.Collections.Concurrent;

namespace Parley.Server.History;

/// <summary>Who takes part in which thread. Who was found to is believed for a moment: a conversation asks the same with each of its messages.</summary>
internal sealed class ParticipantCache(IMessageHistory history, TimeProvider clock)
{
    /// <summary>Whoever takes part goes on to, until retention takes the thread or the agent is removed: that is noticed this much later at the most.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(10);

    /// <summary>Some megabytes.</summary>
    private const int MostFound = 16_384;

    private readonly ConcurrentDictionary<(int Project, long Thread, int Agent), long> _found = new();

    internal ValueTask<bool> HasAsync(int project, long thread, int agent, CancellationToken cancellationToken) =>
        _found.TryGetValue((project, thread, agent), out var at) && clock.GetElapsedTime(at) < Life
            ? new(result: true)
            : AskAsync(project, thread, agent, cancellationToken);

    private async ValueTask<bool> AskAsync(int project, long thread, int agent, CancellationToken cancellationToken)
    {
        // Who does not take part yet may do so with the next message: that is not kept.
        if (!await history.TakesPartAsync(project, thread, agent, cancellationToken))
            return false;
        if (_found.Count >= MostFound)
            _found.Clear();
        _found[(project, thread, agent)] = clock.GetTimestamp();
        return true;
    }
}
