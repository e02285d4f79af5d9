using Parley.Protocol;

namespace Parley.Server.Agents;

/// <summary>When to tell that an agent came or went. A coming and a going are told at once, as nearly all are. Of an agent that comes and goes faster than
/// that, what it has come to is told once a second, and nothing if that was told already.</summary>
internal sealed class PresenceNews
{
    /// <summary>A coming and a going.</summary>
    private const int AtOnce = 2;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _begunAt;
    private int _count;
    private bool _isPending;
    private bool _isThere;

    /// <summary>Whether the agent is there was told in another way.</summary>
    internal void Told(Presence presence)
    {
        lock (_gate)
            _isThere = IsThere(presence);
    }

    /// <summary>The agent has come or gone, or both by now.</summary>
    /// <param name="atLast">Nobody will look later.</param>
    /// <param name="look">Set where somebody has to <see cref="LookAgain"/> after this time.</param>
    /// <returns>Whether to tell now that it came (true) or went (false); null: not now.</returns>
    internal bool? Tell(Presence presence, TimeProvider clock, bool atLast, out TimeSpan? look)
    {
        lock (_gate)
        {
            look = null;
            var isThere = IsThere(presence);
            if (isThere == _isThere || (_isPending && !atLast))
                return null;
            var now = clock.GetTimestamp();
            if (_count == 0 || clock.GetElapsedTime(_begunAt, now) >= Pause)
                (_begunAt, _count) = (now, 0);
            if (_count >= AtOnce && !atLast)
            {
                _isPending = true;
                look = Pause - clock.GetElapsedTime(_begunAt, now);
                return null;
            }

            _count++;
            return _isThere = isThere;
        }
    }

    /// <summary>The time to look has come.</summary>
    /// <inheritdoc cref="Tell" path="/returns"/>
    internal bool? LookAgain(Presence presence, TimeProvider clock)
    {
        lock (_gate)
        {
            // Read within: what changes after this finds nothing pending and tells it itself.
            (_isPending, _begunAt, _count) = (false, clock.GetTimestamp(), 0);
            var isThere = IsThere(presence);
            if (isThere == _isThere)
                return null;
            _count = 1;
            return _isThere = isThere;
        }
    }

    private static bool IsThere(Presence presence) => presence.Here.Status != AgentStatus.Offline;
}
