using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>How an idle agent can be made to take a turn, the best way first.</summary>
public enum WakeWay
{
    /// <summary>The inbox socket of a session, by a process that the session has started.</summary>
    Socket,

    /// <summary>A plugin inside the harness.</summary>
    Plugin,

    /// <summary>A command of the harness that queues a prompt for a session.</summary>
    Queue,

    /// <summary>A process whose lines become turns.</summary>
    Monitor,

    /// <summary>A hook in the background whose end begins a turn.</summary>
    Waiter,

    /// <summary>Keys typed into a terminal.</summary>
    Keystrokes,
}

public enum WakeOutcome
{
    /// <summary>The harness has taken it.</summary>
    Submitted,

    /// <summary>It was given to the harness, and nothing shows whether it was taken.</summary>
    Unverified,

    /// <summary>It was not taken. Another way may try.</summary>
    Failed,
}

/// <summary>Asks for the next wake of some agents.</summary>
public sealed record NextWakeRequest
{
    /// <summary>1 to 200 agents. Null: the caller's own agent.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Agents { get; init; }

    /// <summary>How the caller wakes them.</summary>
    public WakeWay? Way { get; init; }

    /// <summary>How long to wait for one, in milliseconds: 0 to 50,000. As long as the call waits, the agents count as online and as able to be woken.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int WaitMs { get; init; }
}

/// <summary>The next wake, if there is one.</summary>
public sealed record NextWake
{
    /// <summary>Null: the time is over, and nothing is due.</summary>
    public Wake? Wake { get; init; }
}

/// <summary>An agent is to take a turn.</summary>
public sealed record Wake
{
    public required string WakeId { get; init; }
    public required string AgentId { get; init; }

    /// <summary>The prompt. It is always the same but for the number, and has nothing of a message in it.</summary>
    public required string Text { get; init; }

    /// <summary>How many messages wait, 200 at most.</summary>
    public int Count { get; init; }

    public WakeWay Way { get; init; }

    /// <summary>The harness that the agent's hooks come from, such as <c>claude</c>; null if none have come.</summary>
    public string? Harness { get; init; }

    /// <summary>The harness's id of the agent's current session; null if no hooks have come.</summary>
    public string? SessionId { get; init; }

    /// <summary>From then on, the agent may be woken again.</summary>
    public DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>How a wake went.</summary>
public sealed record WakeReport
{
    public WakeOutcome? Outcome { get; init; }

    /// <summary>Why, for people. At most 1,000 characters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Detail { get; init; }
}
