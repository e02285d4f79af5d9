using System.Text.Json;
using Parley.Protocol;
using static Parley.Cli.Demo.Show.Story.Fleet;

namespace Parley.Cli.Demo.Show.Story;

/// <summary>How an agent works on a step of the release.</summary>
/// <param name="Seconds">How long it takes.</param>
internal sealed record StepWork(double Seconds)
{
    /// <summary>JSON; null if it fails, or if something else ends it.</summary>
    public string? Result { get; init; }

    public string? Error { get; init; }
}

/// <summary>The release: a workflow that runs while the person looks. And the executions of this morning.</summary>
internal static class Plan
{
    public const string Title = "Release 2.14";

    public const string Smoke = "smoke-tests", Migrate = "migrate-0047", RollbackPlan = "rollback-plan";

    public const string Export = "E-invoice export";

    /// <summary>Who starts the workflow.</summary>
    public static DemoActor Leader => Wren;

    public static WorkflowRequest Workflow { get; } = JsonSerializer.Deserialize(
        $$$"""
        {"title": "{{{Title}}}", "workflow_type": "release", "squad_id": "{{{Platform.Id}}}", "steps": [
          {"step": "freeze", "agent": "{{{Wren.AgentId}}}", "action": "Freeze main."},
          {"step": "build", "agent": "{{{Ci.AgentId}}}", "action": "Build the release.", "depends_on": ["freeze"], "input": {"branch": "release/2.14"}},
          {"step": "{{{RollbackPlan}}}", "agent": "{{{Ines.AgentId}}}", "action": "Write down the way back, and try it.", "depends_on": ["freeze"], "on_failure": "continue"},
          {"step": "changelog", "agent": "{{{Mika.AgentId}}}", "action": "Write what users get.", "depends_on": ["freeze"]},
          {"step": "scan", "agent": "{{{Juno.AgentId}}}", "action": "Scan the images.", "depends_on": ["build"], "input": {"build": "${build/build}"}},
          {"step": "{{{Smoke}}}", "agent": "{{{Noor.AgentId}}}", "action": "Run the smoke tests against staging.", "depends_on": ["build"],
           "input": {"build": "${build/build}", "suite": "smoke", "base": "https://staging.harbor.example"}, "retries": {"max": 2, "backoff_seconds": 0}, "on_failure": "continue"},
          {"step": "{{{Migrate}}}", "agent": "{{{Wren.AgentId}}}", "action": "Run migration 0047, which locks invoices for about 40 s.", "depends_on": ["build"], "on_failure": "continue"},
          {"step": "staging", "agent": "{{{DeployHook.AgentId}}}", "action": "Deploy to staging.", "depends_on": ["scan", "{{{Smoke}}}", "{{{Migrate}}}"]},
          {"step": "announce", "agent": "{{{Mika.AgentId}}}", "action": "Announce the release.", "depends_on": ["changelog", "staging"]},
          {"step": "production", "person": "human", "action": "Release 2.14 to production?", "depends_on": ["{{{RollbackPlan}}}", "staging", "announce"],
           "options": [{"value": "release", "label": "Release it", "detail": "Migration, staging, and the announcement are done."},
                       {"value": "wait", "label": "Wait", "detail": "The smoke test \"download as PDF\" is still red."}]}]}
        """,
        WireJson.Lenient.WorkflowRequest)!;

    /// <summary>How long the steps take, and how they end. A step that is not here, or without an end, is ended by something else.</summary>
    public static IReadOnlyDictionary<string, StepWork> Work { get; } = new Dictionary<string, StepWork>(StringComparer.Ordinal)
    {
        ["freeze"] = new(1) { Result = """{"branch": "release/2.14", "commit": "a4c19e2"}""" },
        ["build"] = new(3) { Result = """{"build": 4811, "tests": 1914, "seconds": 192}""" },
        ["changelog"] = new(2) { Result = """{"entries": 9, "file": "CHANGELOG.md"}""" },
        ["scan"] = new(2) { Result = """{"images": 6, "critical": 0, "high": 0}""" },
        [Smoke] = new(2) { Error = "\"download as PDF\" timed out after 30 s. 41 of 42 are green." },
        ["staging"] = new(6) { Result = """{"version": "2.14-rc4", "url": "https://staging.harbor.example"}""" },
        ["announce"] = new(4) { Result = """{"channels": ["changelog", "status page"]}""" },
    };

    /// <summary>What the export's execution has logged so far.</summary>
    public static IReadOnlyList<(string Level, string Text, int Progress, string Phase)> ExportLog { get; } =
    [
        ("info", "Planning: endpoint, preview, validator run, page on e-invoices.", 5, "Planning"),
        ("info", "188 invoices and 12 credit notes chosen for the sample set.", 10, "Planning"),
        ("info", "Party block validates against BIS Billing 3.0.", 30, "Implementation"),
        ("warning", "The sandbox of the registry answered 429 twice; now one call a second.", 38, "Implementation"),
        ("info", "Invoice lines: 188 of 188 validate.", 55, "Implementation"),
        ("info", "Totals wait for the decision on VAT rounding.", 62, "Implementation"),
    ];

    /// <summary>Executions that have ended: how, and what they say of it.</summary>
    public static IReadOnlyList<(string Title, DemoSquad Squad, ExecutionStatus End, string Text)> Ended { get; } =
    [
        ("Login rate limit", Platform, ExecutionStatus.Completed, "Five tries a minute per address. Live behind the flag login_limit."),
        ("Nightly dependency bump", Robots, ExecutionStatus.Failed, "lockfile conflict in web/"),
        ("Fax export", Exports, ExecutionStatus.Cancelled, "No customer has a fax any more."),
    ];
}
