using Parley.Protocol;

namespace Parley.Cli.Demo;

/// <summary>A conversation to play: its actors, and who says what to whom.</summary>
internal sealed record DemoScript
{
    /// <summary>The title of its execution.</summary>
    public required string Title { get; init; }

    public required IReadOnlyList<DemoLine> Lines { get; init; }

    /// <summary>The execution's result.</summary>
    public required string Result { get; init; }

    /// <summary>Whether a terminal shows each message as if it were typed.</summary>
    public bool TypedOut { get; init; }
}

/// <summary>One message of a script, and the progress once it is sent.</summary>
internal sealed record DemoLine
{
    /// <summary>The pause before it.</summary>
    public TimeSpan Pause { get; init; }

    public required DemoActor From { get; init; }

    /// <summary>An address, as in <c>to</c>.</summary>
    public required string To { get; init; }

    public required string Type { get; init; }
    public required string Text { get; init; }

    /// <summary>Lines with the same word are in one thread.</summary>
    public required string Thread { get; init; }

    public Priority Priority { get; init; } = Priority.Normal;
    public Intent Intent { get; init; }

    /// <summary>Whether it replies to the previous line in its thread.</summary>
    public bool Replies { get; init; }

    /// <summary>The title of a task that is assigned to the recipient, an agent, with this line; null for none. The line's thread identifies the
    /// task.</summary>
    public string? Task { get; init; }

    /// <summary>The thread of a task that the sender starts with this line.</summary>
    public string? Starts { get; init; }

    /// <summary>The thread of a task that the sender completes with this line.</summary>
    public string? Completes { get; init; }

    /// <summary>The execution's progress from here on, 0-100; null if it does not change.</summary>
    public int? Progress { get; init; }

    /// <summary>The execution's phase from here on; null if it does not change.</summary>
    public string? Phase { get; init; }

    /// <summary>A line for the execution's log.</summary>
    public string? Log { get; init; }

    /// <summary>JSON that goes with the text; null for none.</summary>
    public string? Payload { get; init; }

    /// <summary>Those who react to the message with a thumbs up.</summary>
    public IReadOnlyList<DemoActor> Likes { get; init; } = [];

    /// <summary>What the sender then writes into shared memory; null for nothing.</summary>
    public DemoNote? Keeps { get; init; }

    /// <summary>What the sender then says that it is doing; null if that does not change.</summary>
    public AgentActivity? Then { get; init; }
}

/// <summary>An entry of shared memory.</summary>
internal sealed record DemoNote(string Key, string Json);
