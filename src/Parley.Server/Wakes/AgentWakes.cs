using Parley.Protocol;
using Parley.Server.Agents;

namespace Parley.Server.Wakes;

/// <summary>What Parley knows of the wakes of one agent. Only in memory, and on each node by itself: after a restart, an agent may be woken once more than
/// needed.</summary>
/// <param name="reach">Where the best way is noted, for senders.</param>
internal sealed class AgentWakes(AgentReach reach)
{
    private static readonly int Ways = Enum.GetValues<WakeWay>().Length;

    private readonly Lock _gate = new();
    private readonly int[] _wakers = new int[Ways];
    private readonly DateTimeOffset[] _leftAt = new DateTimeOffset[Ways];
    private readonly DateTimeOffset[] _restsUntil = new DateTimeOffset[Ways];

    /// <summary>The last wake; the outstanding one unless it is over.</summary>
    private Guid _id;
    private WakeWay _way;
    private DateTimeOffset _at;
    private bool _isOutstanding;
    private int _unanswered;
    private IReadOnlySet<long> _wokenFor = new HashSet<long>();

    internal void Enlist(WakeWay way, DateTimeOffset now)
    {
        lock (_gate)
        {
            _wakers[(int)way]++;
            reach.Way = BestOf(now);
        }
    }

    /// <summary>Notes the best way there is now.</summary>
    internal void Look(DateTimeOffset now)
    {
        lock (_gate)
            reach.Way = BestOf(now);
    }

    internal void Leave(WakeWay way, DateTimeOffset now)
    {
        lock (_gate)
        {
            _wakers[(int)way]--;
            _leftAt[(int)way] = now;
        }
    }

    /// <summary>Decides whether the agent is woken now.</summary>
    /// <param name="waiting">The deliveries that may wake it; at least one.</param>
    /// <param name="way">The caller's.</param>
    internal WakeDecision Decide(IReadOnlyList<long> waiting, WakeWay way, DateTimeOffset now)
    {
        lock (_gate)
        {
            var all = waiting.ToHashSet();
            // Something was read in the meantime. An agent without hooks says in no other way that it has taken a turn.
            var hasRead = !all.IsSupersetOf(_wokenFor);
            if (_isOutstanding && !hasRead && now < _at + WakeRules.Longest)
                return WakeDecision.NotBefore(_at + WakeRules.Longest);
            _isOutstanding = false;
            if (hasRead)
                _unanswered = 0;
            var next = _at + WakeRules.PauseAfter(_unanswered);
            if (now < next)
                return WakeDecision.NotBefore(next);
            if (now < _restsUntil[(int)way])
                return WakeDecision.NotBefore(_restsUntil[(int)way]);
            if (BestOf(now) is { } best && best < way)
                return WakeDecision.NotBefore(now + WakeRules.LookAgain);

            (_id, _way, _at, _isOutstanding) = (Guid.CreateVersion7(now), way, now, true);
            _unanswered++;
            _wokenFor = all;
            return WakeDecision.Now(_id, now + WakeRules.Longest);
        }
    }

    /// <summary>Records how a wake went. After a failure, another way may try at once.</summary>
    /// <returns>False if it is not the agent's last one.</returns>
    internal bool Report(Guid id, WakeOutcome outcome, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (id != _id)
                return false;
            if (outcome == WakeOutcome.Failed && _isOutstanding)
            {
                TakeBack();
                _restsUntil[(int)_way] = now + WakeRules.Rest;
            }

            return true;
        }
    }

    /// <summary>Takes back a wake that did not reach its waker.</summary>
    internal void TakeBack(Guid id)
    {
        lock (_gate)
        {
            if (id == _id && _isOutstanding)
                TakeBack();
        }
    }

    /// <summary>The agent has taken a turn, so the outstanding wake is over, whether the turn began with it or not.</summary>
    /// <param name="hasAnswered">Whether the turn began with a wake.</param>
    internal void TookTurn(bool hasAnswered)
    {
        lock (_gate)
        {
            _isOutstanding = false;
            if (hasAnswered)
                _unanswered = 0;
        }
    }

    private void TakeBack()
    {
        _isOutstanding = false;
        _unanswered--;
        _at = default;
    }

    private WakeWay? BestOf(DateTimeOffset now)
    {
        for (var way = 0; way < Ways; way++)
        {
            if (now >= _restsUntil[way] && (_wakers[way] > 0 || now < _leftAt[way] + WakeRules.Grace))
                return (WakeWay)way;
        }

        return null;
    }
}

/// <summary>Whether an agent is woken now.</summary>
/// <param name="Id">Null: not now.</param>
/// <param name="At">If not now, when to look again; otherwise, when the wake is over.</param>
internal readonly record struct WakeDecision(Guid? Id, DateTimeOffset At)
{
    internal static WakeDecision Now(Guid id, DateTimeOffset expiresAt) => new(id, expiresAt);

    internal static WakeDecision NotBefore(DateTimeOffset at) => new(null, at);
}
