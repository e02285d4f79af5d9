namespace Parley.Cli.Demo;

/// <summary>An agent that takes part in a demo.</summary>
internal sealed record DemoActor(string AgentId, string Name, string? Role, string? Specialization, IReadOnlyList<string> Capabilities)
{
    /// <summary>What kind of program it claims to be.</summary>
    public string Type { get; init; } = "script";
}

/// <summary>The agents of a demo.</summary>
internal sealed record DemoSquad(string Id, string Name, IReadOnlyList<DemoActor> Members)
{
    public static readonly DemoActor Priya = new("demo-pm", "Priya", "project_manager", null, ["planning"]);
    public static readonly DemoActor Bram = new("demo-backend", "Bram", "backend_developer", "python_fastapi", ["python", "api", "review"]);
    public static readonly DemoActor Fen = new("demo-frontend", "Fen", "frontend_developer", "react", ["react", "accessibility", "review", TeamPlan.Pages]);
    public static readonly DemoActor Ines = new("demo-tester", "Ines", "tester", null, [TeamPlan.Testing]);
    public static readonly DemoActor Otto = new("demo-release", "Otto", "release_manager", null, ["release"]);

    /// <summary>Plays <c>demo squad</c> and <c>demo stream</c>.</summary>
    public static DemoSquad Three { get; } = new("demo-squad", "Demo squad", [Priya, Bram, Fen]);

    /// <summary>Plays <c>demo team</c>.</summary>
    public static DemoSquad Five { get; } = new("demo-team", "Demo team", [Priya, Bram, Fen, Ines, Otto]);

    public string Address => $"squad:{Id}";
}
