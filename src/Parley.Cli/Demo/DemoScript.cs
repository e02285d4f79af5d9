using Parley.Protocol;

namespace Parley.Cli.Demo;

/// <summary>A conversation to be played: who is in it, and who says what to whom.</summary>
internal sealed record DemoScript
{
    /// <summary>The title of the execution it is played in.</summary>
    public required string Title { get; init; }

    public required IReadOnlyList<DemoLine> Lines { get; init; }

    /// <summary>What the execution completes with.</summary>
    public required string Result { get; init; }

    /// <summary>Whether a terminal shows each message as it is typed.</summary>
    public bool TypedOut { get; init; }
}

/// <summary>One message of a script, and where the work stands once it is said.</summary>
internal sealed record DemoLine
{
    /// <summary>The silence before it.</summary>
    public required TimeSpan Pause { get; init; }

    public required DemoActor From { get; init; }

    /// <summary>An address as <c>to</c> takes it.</summary>
    public required string To { get; init; }

    public required string Type { get; init; }
    public required string Text { get; init; }

    /// <summary>Lines with the same word are one thread.</summary>
    public required string Thread { get; init; }

    public Priority Priority { get; init; } = Priority.Normal;
    public Intent Intent { get; init; }

    /// <summary>Whether it answers the line before it in its thread.</summary>
    public bool Replies { get; init; }

    /// <summary>The title of a task that the recipient, an agent, is given with it; null: none. The task is known by the line's thread.</summary>
    public string? Task { get; init; }

    /// <summary>The thread of a task that the sender starts with it.</summary>
    public string? Starts { get; init; }

    /// <summary>The thread of a task that the sender completes with it.</summary>
    public string? Completes { get; init; }

    /// <summary>Progress of the execution from here on, 0-100; null leaves it.</summary>
    public int? Progress { get; init; }

    /// <summary>Phase of the execution from here on; null leaves it.</summary>
    public string? Phase { get; init; }

    /// <summary>A line for the execution's log.</summary>
    public string? Log { get; init; }
}

/// <summary>A member of the squad that plays.</summary>
internal sealed record DemoActor(string AgentId, string Name, string Role, string? Specialization, IReadOnlyList<string> Capabilities);

/// <summary>The squad of three that plays both scripts.</summary>
internal static class DemoSquad
{
    public const string Id = "demo-squad";
    public const string Name = "Demo squad";
    public const string Address = "squad:" + Id;

    public static readonly DemoActor Priya = new("demo-pm", "Priya", "project_manager", null, ["planning"]);
    public static readonly DemoActor Bram = new("demo-backend", "Bram", "backend_developer", "python_fastapi", ["python", "api", "review"]);
    public static readonly DemoActor Fen = new("demo-frontend", "Fen", "frontend_developer", "react", ["react", "accessibility", "review"]);

    public static IReadOnlyList<DemoActor> Members { get; } = [Priya, Bram, Fen];
}
