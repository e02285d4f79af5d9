using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Entities;
using Parley.Server.Log;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Routing;

/// <summary>A project's routing rules.</summary>
internal sealed class RoutingConcept(RuleDirectory directory, EntityBoard<RoutingRules> board, IAuditTrail audit) : IConcept
{
    private const string SomeRules =
        """
        {"rules": [{"name": "database", "description": "What is about the database goes to somebody who knows it",
          "when": {"types": ["question"], "words": ["postgres", "migration"]}, "to": "capability:dba", "priority": 3, "metadata": {"team": "data"}}],
         "updated_by": null, "created_at": "2026-01-22T08:00:00.000Z", "updated_at": "2026-01-22T08:00:00.000Z", "version": 1042}
        """;

    private const string ARequest =
        """
        {"rules": [{"name": "database", "description": "What is about the database goes to somebody who knows it",
          "when": {"types": ["question"], "words": ["postgres", "migration"]}, "to": "capability:dba", "priority": 3, "metadata": {"team": "data"}},
         {"name": "production", "when": {"metadata": {"env": "production"}, "pattern": "(?i)down|outage"}, "priority": 4}]}
        """;

    internal static EntityKind<RoutingRules> Kind { get; } = new()
    {
        Number = 26,
        Name = "routing_rules",
        Feed = "routing",
        RemovedType = RuleChanges.RemovedType,
        // Agents do not see where the messages of others go.
        Audience = Audience.Operators,
        Fields = new EntityFields(null) { ChangedAt = "updated_at", Version = "version" },
        Json = WireJson.Lenient.RoutingRules,
        NameOf = _ => RuleChanges.Name,
        Example = SomeRules,
    };

    public string Title => "Routing";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext>("GetRoutingRules", "Get the project's routing rules, in order.", GetAsync)
        {
            Allows = Permission.ReadAdministration,
            Answers = [AnswerShape.Ok<RoutingRules>(SomeRules)],
        }.Rest("GET", "/routing/rules"),

        new Operation<ProjectContext, (long? Match, RoutingRulesRequest Body)>(
            "PutRoutingRules", "Replace the project's routing rules. They apply to messages that are sent from now on.",
            Input.IfMatch.And(Input.Body<RoutingRulesRequest>(new Example("rules", ARequest), new Example("none", """{"rules": []}"""))), PutAsync)
        {
            Details = "All rules are checked, and all errors are reported, before any rule is stored.",
            Allows = Permission.Administer,
            Answers = [AnswerShape.Ok<RoutingRules>(SomeRules)],
        }.Rest("PUT", "/routing/rules"),
    ];

    private async ValueTask<Answer> GetAsync(ProjectContext context)
    {
        var rules = await board.FindAsync(context.Project.Number, RuleChanges.Name, context.Cancellation);
        return rules is null ? Answer.Ok(new RoutingRules(), 0) : Answer.OkJson(rules.Shown, rules.Version);
    }

    private async ValueTask<Answer> PutAsync((long? Match, RoutingRulesRequest Body) asked, ProjectContext context)
    {
        var (match, request) = asked;
        if (RuleChanges.Check(request) is { } bad)
            return bad;
        var wanted = new RoutingRules { Rules = request.Rules!, UpdatedBy = context.Caller.AgentId };
        if (!(await directory.ChangeAsync(
            context.Project.Number, context.Caller.NumberIn(context.Project), present => RuleChanges.Set(present, wanted, match), context.Cancellation))
            .TryGet(out var kept, out var problem))
        {
            return problem;
        }

        await audit.RecordAsync(context.Caller, context.Project.Id, "routing.set", RuleChanges.Name, context.Cancellation);
        return Answer.OkJson(kept!.Shown, kept.Version);
    }
}
