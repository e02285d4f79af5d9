using System.Globalization;
using System.Text.Json;
using Parley.Protocol;
using static Parley.Cli.Demo.DemoSquad;

namespace Parley.Cli.Demo;

/// <summary>What the team of <c>parley demo team</c> is to do.</summary>
internal static class TeamPlan
{
    public const string Title = "A status page in one morning";

    public const string Api = "api", Page = "page", Test = "test", Ship = "ship", Release = "release";

    public const string Yes = "ship it", No = "wait";

    /// <summary>A capability that no other agent of the project has.</summary>
    public const string Testing = "demo-testing";

    /// <inheritdoc cref="Testing"/>
    public const string Pages = "demo-pages";

    public const string ContractKey = "demo/status-page/contract";

    /// <summary>What two of them want to change at the same time.</summary>
    public const string SharedFiles = "demo/status-page/src/shared/**", SharedFile = "demo/status-page/src/shared/types.ts";

    public static JsonElement Contract { get; } = JsonElement.Parse("""{"path": "/status", "states": ["up", "degraded", "down"]}""");

    /// <param name="patience">How long the person has to decide.</param>
    public static WorkflowRequest Plan(TimeSpan patience) => JsonSerializer.Deserialize(
        string.Create(
            CultureInfo.InvariantCulture,
            $$$"""
            {"title": "{{{Title}}}", "workflow_type": "demo", "squad_id": "{{{Five.Id}}}", "steps": [
              {"step": "{{{Api}}}", "agent": "{{{Bram.AgentId}}}", "action": "Build GET /status."},
              {"step": "{{{Page}}}", "agent": "{{{Fen.AgentId}}}", "action": "Build the page that shows it."},
              {"step": "{{{Test}}}", "capability": "{{{Testing}}}", "action": "Try them together.", "depends_on": ["{{{Api}}}", "{{{Page}}}"],
               "input": {"url": "${{{{Api}}}/url}", "page": "${{{{Page}}}/file}"}},
              {"step": "{{{Ship}}}", "person": "human", "action": "The status page works. Ship it today?", "depends_on": ["{{{Test}}}"],
               "input": "${{{{Test}}}/summary}", "options": ["{{{Yes}}}", "{{{No}}}"], "default": "{{{Yes}}}",
               "timeout_seconds": {{{(int)patience.TotalSeconds}}}},
              {"step": "{{{Release}}}", "agent": "{{{Otto.AgentId}}}", "action": "Release it.", "depends_on": ["{{{Ship}}}"],
               "when": [{"step": "{{{Ship}}}", "pointer": "/answer", "value": "{{{Yes}}}"}]}]}
            """),
        WireJson.Lenient.WorkflowRequest)!;
}
