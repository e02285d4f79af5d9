using Parley.Protocol;

namespace Parley.Server.Agents;

/// <summary>When to report that an agent came online or went offline. One of each is reported at once, which covers nearly all cases. If an agent
/// changes faster than that, its current state is reported once a second, unless it has already been reported.</summary>
internal sealed class PresenceNews
{
    /// <summary>Coming online once and going offline once.</summary>
    private const int AtOnce = 2;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private long _begunAt;
    private int _count;
    private bool _isPending;
    private bool _isThere;

    /// <summary>Records that the agent's presence was reported in another way.</summary>
    internal void Told(Presence presence)
    {
        lock (_gate)
            _isThere = IsThere(presence);
    }

    /// <summary>The agent has come online or gone offline, or both in the meantime.</summary>
    /// <param name="atLast">Whether nobody will check later.</param>
    /// <param name="look">Set if the caller must call <see cref="LookAgain"/> after this time.</param>
    /// <returns>Whether to report now that it came online (true) or went offline (false); null to report nothing now.</returns>
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

    /// <summary>Checks again when the time has come.</summary>
    /// <inheritdoc cref="Tell" path="/returns"/>
    internal bool? LookAgain(Presence presence, TimeProvider clock)
    {
        lock (_gate)
        {
            // Read inside the lock: a later change finds nothing pending and reports itself.
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
