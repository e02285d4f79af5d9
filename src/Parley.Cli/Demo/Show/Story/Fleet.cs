using Parley.Protocol;

namespace Parley.Cli.Demo.Show.Story;

/// <summary>The fleet of the show: who is there, in which squads, and what each is doing when the person comes in.</summary>
internal static class Fleet
{
    public const string Project = "Harbor";

    public static readonly DemoActor
        Priya = Agent("pm-priya", "Priya", "project_manager", "delivery", "planning"),
        Tomas = Agent("tl-tomas", "Tomas", "tech_lead", "architecture", "architecture", "review"),
        Bram = Agent("be-bram", "Bram", "backend_developer", "python_fastapi", "python", "peppol"),
        Fen = Agent("fe-fen", "Fen", "frontend_developer", "react", "react", "accessibility"),
        Noor = Agent("qa-noor", "Noor", "qa", "playwright", "playwright", "testing"),
        Mika = Agent("docs-mika", "Mika", "docs", "product_docs", "docs"),
        Ines = Agent("be-ines", "Ines", "backend_developer", "go_payments", "go", "go_payments"),
        Kaito = Agent("qa-kaito", "Kaito", "qa", "load_tests", "load"),
        Wren = Agent("rel-wren", "Wren", "release", "kubernetes", "release"),
        Sami = Agent("data-sami", "Sami", "data", "postgres", "postgres"),
        Juno = Agent("sec-juno", "Juno", "security", "appsec", "appsec"),
        Lior = Agent("fe-lior", "Lior", "frontend_developer", "design_system", "design_tokens"),
        Odile = Agent("rev-odile", "Odile", "reviewer", "typescript", "typescript"),
        Ci = Script("ci", "build"),
        DeployHook = Script("deploy-hook", "deploy"),
        Digest = Script("digest", "digest");

    public static readonly DemoSquad
        Exports = new("exports", "Exports", [Priya, Tomas, Bram, Fen, Noor, Mika]),
        Platform = new("platform", "Platform", [Ines, Kaito, Wren, Sami, Juno]),
        UiKit = new("ui-kit", "UI kit", [Lior, Odile]),
        Robots = new("robots", "Robots", [Ci, DeployHook, Digest]);

    public static IReadOnlyList<DemoSquad> Squads { get; } = [Exports, Platform, UiKit, Robots];

    /// <summary>Away: its messages wait.</summary>
    public static DemoActor Away => Sami;

    /// <summary>Connected, but takes nothing that agents send it, until a person writes to it.</summary>
    public static DemoActor Silent => Kaito;

    /// <summary>Reports an error, until it has taken a message again.</summary>
    public static DemoActor Broken => DeployHook;

    /// <summary>Takes the messages of the others only after some time.</summary>
    public static IReadOnlyList<DemoActor> Slow { get; } = [Fen, Noor, Ines];

    public const string WhyPaused = "The digest is being rewritten. Its next run would send the old format.";

    /// <summary>What each says that it is doing.</summary>
    public static IReadOnlyList<(DemoActor Who, AgentActivity Activity)> Activities { get; } =
    [
        (Priya, AgentActivity.Working), (Tomas, AgentActivity.Idle), (Bram, AgentActivity.Working), (Fen, AgentActivity.Blocked),
        (Noor, AgentActivity.Working), (Mika, AgentActivity.Idle), (Ines, AgentActivity.Working), (Kaito, AgentActivity.Working),
        (Wren, AgentActivity.Working), (Juno, AgentActivity.Working), (Lior, AgentActivity.Working), (Odile, AgentActivity.Working),
        (Ci, AgentActivity.Working), (Digest, AgentActivity.Idle),
    ];

    /// <summary>What the builds are announced on, and who listens.</summary>
    public const string Builds = "topic:builds";

    public static IReadOnlyList<DemoActor> Listeners { get; } = [Bram, Fen, Ines, Noor, Wren];

    /// <summary>All of them.</summary>
    public static IEnumerable<DemoActor> All => Squads.SelectMany(squad => squad.Members);

    private static DemoActor Agent(string id, string name, string role, string specialization, params string[] capabilities) =>
        new(id, name, role, specialization, capabilities) { Type = "agent" };

    private static DemoActor Script(string id, string capability) => new(id, id, null, null, [capability]);
}
