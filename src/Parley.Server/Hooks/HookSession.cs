using Parley.Protocol;
using Parley.Server.Mailboxes;

namespace Parley.Server.Hooks;

/// <summary>What Parley knows of an agent's current session in a harness. Only in memory: after a restart of the server, what was given and not proven
/// lapses with its lease, and is given again.</summary>
internal sealed class HookSession
{
    /// <summary>Messages that a session remembers to have given. One that comes again is marked.</summary>
    private const int MostRemembered = 1_000;

    private readonly Queue<Guid> _order = new();
    private readonly HashSet<Guid> _given = [];
    private AgentHarness? _named;
    private readonly HashSet<string> _superseded = new(StringComparer.Ordinal);

    /// <summary>How many subagents run, as far as their tool tells.</summary>
    private int _subagents;

    /// <summary>The harness's id of the current turn.</summary>
    private string? _turnId;

    /// <summary>The text that put off the end of the current turn last.</summary>
    private string? _continuation;

    /// <summary>Hooks of one session may run at the same time.</summary>
    internal SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>The harness's id of the session; empty before the first event.</summary>
    internal string Id { get; private set; } = "";

    /// <summary>Whether a session of the same agent was superseded by a newer one.</summary>
    internal bool IsSuperseded(string id) => _superseded.Contains(id);

    /// <summary>The session, for those who ask about the agent. The same object as long as it is the same.</summary>
    internal AgentHarness Named(string harness) =>
        _named is { } named && named.Name == harness && named.SessionId == Id ? named : _named = new AgentHarness { Name = harness, SessionId = Id };

    /// <summary>The number of the current turn; 0 before the first prompt.</summary>
    internal int Turn { get; private set; }

    /// <summary>Whether the current turn goes on, as far as is known: some harnesses tell of no end if a person interrupts it.</summary>
    internal bool IsInTurn { get; private set; }

    /// <summary>How many times in a row the end of this turn was put off.</summary>
    internal int Continued { get; private set; }

    /// <summary>Given, and not proven yet.</summary>
    internal List<GivenDelivery> Given { get; } = [];

    /// <summary>Begins another session of the same agent, or one of its earlier ones again.</summary>
    internal void Become(string id)
    {
        _superseded.Remove(id);
        if (Id.Length > 0 && _superseded.Count < MostRemembered)
            _superseded.Add(Id);
        (Id, Turn, IsInTurn, Continued, _turnId, _continuation, _subagents) = (id, 0, false, 0, null, null, 0);
        Given.Clear();
        _given.Clear();
        _order.Clear();
    }

    /// <summary>The session has ended, so an earlier one of the same agent may go on.</summary>
    internal void Leave()
    {
        Become("");
        _superseded.Clear();
    }

    /// <summary>Counts the calls of the tool that runs a subagent.</summary>
    /// <returns>Whether an event comes while a subagent runs, and so may be the subagent's.</returns>
    internal bool IsInSubagent(HookEvent what, string tool)
    {
        var before = _subagents;
        _subagents = (what.Moment, what.Tool == tool) switch
        {
            (HookMoment.BeforeTool, true) => before + 1,
            (HookMoment.AfterTool, true) => Math.Max(before - 1, 0),
            (HookMoment.BeforeTool or HookMoment.AfterTool or HookMoment.AsksPermission or HookMoment.Notice, _) => before,
            // An interrupted turn does not tell how its tools ended.
            _ => 0,
        };
        return Math.Min(before, _subagents) > 0;
    }

    /// <summary>Records that a subagent does not run, after all.</summary>
    internal void LeaveSubagent() => _subagents = Math.Max(_subagents - 1, 0);

    /// <summary>Whether a prompt does not begin a turn: a person typed it while the model worked, and it goes into the turn, or it is the text that
    /// put off the end of the turn, which some harnesses tell as a prompt.</summary>
    internal bool IsOfTurn(HookEvent prompt) =>
        (prompt.Turn is { Length: > 0 } turn && turn == _turnId) || (_continuation is { } text && prompt.Prompt?.Trim() == text.Trim());

    /// <summary>Records that a turn begins.</summary>
    internal void BeginTurn(string? id) => (Turn, IsInTurn, Continued, _turnId, _continuation) = (Turn + 1, true, 0, id, null);

    /// <summary>Records that the end of the turn was put off with a text.</summary>
    internal void ContinueTurn(string text) => (IsInTurn, Continued, _continuation) = (true, Continued + 1, text);

    /// <summary>Records that the turn ended, if nothing puts that off.</summary>
    internal void EndTurn() => IsInTurn = false;

    /// <summary>Records that a message is given.</summary>
    /// <returns>Whether this session was given it before.</returns>
    internal bool Remember(Guid message)
    {
        if (!_given.Add(message))
            return true;
        _order.Enqueue(message);
        if (_order.Count > MostRemembered)
            _given.Remove(_order.Dequeue());
        return false;
    }
}

/// <summary>A delivery that is leased for a session and whose text the harness was given.</summary>
/// <param name="Claimed">Without the message.</param>
/// <param name="Turn">The turn whose model is to read it.</param>
internal readonly record struct GivenDelivery(Guid MessageId, ClaimedDelivery Claimed, HookMoment At, int Turn)
{
    /// <summary>Whether both are the same lease, however long it lasts.</summary>
    internal bool IsSame(GivenDelivery other) => Claimed.Delivery == other.Claimed.Delivery && Claimed.Lease == other.Claimed.Lease;
}
