using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Routing;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Explains where a message would go, without sending it.</summary>
internal sealed class RoutingExplanationConcept(MessageRouting routing, RuleDirectory rules, CapabilityRouter router, AgentDirectory agents) : IConcept
{
    private const int MostRecipients = 100;

    private const string ARequest =
        """{"sender_id": "pm-1", "to": "be-1", "message_type": "question", "content": "Is this migration safe?", "metadata": {"env": "production"}}""";

    private const string AnExplanation =
        """
        {"to": "capability:dba", "recipients": ["db-1"], "recipients_total": 1, "priority": 3, "metadata": {"env": "production", "team": "data"},
         "rules": [{"name": "database", "matches": true, "reason": "sent to capability:dba; priority 2 raised to 3; added team to the metadata"},
          {"name": "production", "matches": false, "reason": "its content does not match the rule's pattern"}],
         "routing": ["rule database: sent to capability:dba; priority 2 raised to 3; added team to the metadata", "capability:dba -> db-1"],
         "candidates": [{"agent_id": "db-1", "capability": "dba", "status": "online", "paused": false, "deliveries": 2, "chosen": true}], "problem": null}
        """;

    public string Title => "Routing";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, SendDraft>(
            "ExplainRouting", "Explain where a message would go, and why, without sending it.",
            new SendInput(SendShape.Plain, typeof(SendRequest), ARequest), ExplainAsync)
        {
            Details = "The body is that of a send. `sender_id` is the agent that would send it, by default `human`. `problem` says why the addresses would be refused.",
            Allows = Permission.ReadAdministration,
            Answers = [AnswerShape.Ok<RoutingExplanation>(AnExplanation)],
        }.Rest("POST", "/routing/explain"),
    ];

    private async ValueTask<Answer> ExplainAsync(SendDraft draft, ProjectContext context)
    {
        var project = context.Project;
        if (SendRules.Check(draft, project.Settings.MaxMessageBytes) is { } bad)
            return bad;
        if (draft.To.Count == 0)
            return Problems.InvalidField("to", "is missing: a reply goes to the sender of the message that it answers, so name that");
        if (!(await SenderAsync(draft.SenderId, project, context.Cancellation)).TryGet(out var sender, out var problem))
            return problem;

        MessageRouting.AddPeople(draft, sender);
        var before = draft.Priority;
        var verdicts = rules.Of(project.Number)?.Explain(MessageRouting.Seen(sender, draft)) ?? [];
        var effect = routing.EffectOn(project, sender, draft);
        var resolved = await routing.ResolveAsync(project, sender, draft, effect, onlyLook: true, context.Cancellation);
        var recipients = resolved.Problem is null ? resolved.Value : null;
        string[] lines = recipients?.Routing?.Split('\n') ?? [];
        return Answer.Ok(new RoutingExplanation
        {
            To = draft.To,
            Recipients = [.. recipients?.Agents.Take(MostRecipients).Select(agent => agent.Id) ?? []],
            RecipientsTotal = recipients?.Agents.Count ?? 0,
            Priority = draft.Priority,
            Metadata = draft.Metadata.IsEmpty ? null : JsonElement.Parse(draft.Metadata.Span),
            Rules = Verdicts(verdicts, lines),
            Routing = RuleLine.Shown(lines),
            Candidates = await CandidatesAsync(project, draft.To, sender, recipients, context.Cancellation),
            Problem = resolved.Problem?.ToProblem(),
        });

        // What a rule does is in the routing, unless the send is refused.
        IReadOnlyList<RuleVerdict> Verdicts(IReadOnlyList<(CompiledRule Rule, RuleCondition? Unmet)> all, IReadOnlyList<string> routed)
        {
            var said = RuleLine.EffectsIn(routed);
            return
            [
                .. all.Select(one => new RuleVerdict
                {
                    Name = one.Rule.Name,
                    Matches = one.Unmet == RuleCondition.None,
                    Reason = one.Unmet switch
                    {
                        null => "an earlier rule that matches has stop",
                        RuleCondition.None => said.GetValueOrDefault(one.Rule.Name) ?? effect!.Effect(one.Rule, before, resolved.Problem?.Code),
                        { } unmet => Unmet(unmet),
                    },
                }),
            ];
        }
    }

    /// <summary>As whom a message is explained. Nothing is sent, so everybody who may read the rules may explain it as anybody.</summary>
    private async ValueTask<Result<Sender>> SenderAsync(string? id, ProjectState project, CancellationToken cancellationToken)
    {
        if (id?.StartsWith(Sender.HookPrefix, StringComparison.Ordinal) == true)
            return new Sender(null, id, [], Authority.External, id, null);
        var agent = id is null or AgentDirectory.Human ? await agents.HumanAsync(project, cancellationToken) : project.Agents.Find(id);
        return agent is null ? Problems.NotFound("agent", id!) : new Sender(agent, agent.Id, agent.Words.AsSender, Authority.Agent, agent.Id, null);
    }

    private async ValueTask<IReadOnlyList<RoutingCandidate>> CandidatesAsync(
        ProjectState project, IReadOnlyList<string> to, Sender sender, Recipients? recipients, CancellationToken cancellationToken)
    {
        var all = new List<RoutingCandidate>();
        foreach (var capability in to.Select(Addressing.CapabilityIn).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            foreach (var (agent, deliveries) in await router.CandidatesAsync(project, capability, sender.Number, cancellationToken))
            {
                all.Add(new RoutingCandidate
                {
                    AgentId = agent.Id,
                    Capability = capability,
                    Status = agent.Presence.Status,
                    Paused = agent.IsPaused(project),
                    Deliveries = deliveries,
                    Chosen = recipients?.Agents.Contains(agent) == true,
                });
            }
        }

        return all;
    }

    private static string Unmet(RuleCondition condition) => condition switch
    {
        RuleCondition.Types => "its type is none of the rule's types",
        RuleCondition.Senders => "its sender is none of the rule's senders",
        RuleCondition.To => "it is addressed to none of the rule's addresses (when.to)",
        RuleCondition.Metadata => "its metadata does not have the rule's fields with the rule's values",
        RuleCondition.Words => "its content has none of the rule's words",
        _ => "its content does not match the rule's pattern",
    };
}
