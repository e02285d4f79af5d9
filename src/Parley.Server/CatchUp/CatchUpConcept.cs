using System.Globalization;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Operations;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.CatchUp;

/// <summary>Coming back: one call tells an agent where it was.</summary>
internal sealed class CatchUpConcept(CatchUpReader reader) : IConcept
{
    private const string ACatchUp =
        """
        {"budget_tokens": 2000, "tokens": 420,
         "agent": {"agent_id": "be-1", "project_id": "default", "name": "Backend Developer", "type": "llm", "role": "backend_developer", "squads": ["web"],
          "capabilities": ["python", "review"], "status": "online", "activity": "working", "pauses": []},
         "tasks": [{"task_id": "0199e1c1-0000-7000-8000-000000000700", "title": "Build the login page", "status": "in_progress", "priority": 2, "fence": 1,
          "lease_until": "2026-01-22T13:55:00.000Z", "description": "With a form and…", "shortened": 26}],
         "steps": [], "questions": [],
         "requests": [{"conversation_thread_id": "0199e1c2-0000-7000-8000-000000000412", "state": "acknowledged", "message_id": "0199e1c2-0000-7000-8000-000000000412",
          "from": "pm-1", "message_type": "question", "priority": 3, "timestamp": "2026-01-22T13:56:52.551Z", "content": "Which database do we use?"}],
         "reservations": [], "inbox": {"waiting": 2, "critical": 0, "high": 0, "normal": 2, "low": 0, "leased": 1, "dead": 0, "newest": []}, "threads": [],
         "left_out": {"tasks": 0, "steps": 0, "questions": 0, "requests": 0, "reservations": 0, "inbox": 2, "threads": 0}}
        """;

    public string Title => "Agents";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<AgentContext, CatchUpQuery>(
            "CatchUp", "Get what an agent needs to go on after a restart: who it is, what it has, and what waits for it.", Input.Query<CatchUpQuery>(), ReadAsync)
        {
            Details = "The answer as JSON has at most `budget_tokens` times four characters. Texts are shortened first, then items are left out; `left_out` counts them. Changes nothing.",
            Allows = Permission.ReadMessages,
            Answers = [AnswerShape.Ok<AgentCatchUp>(ACatchUp)],
        }.Rest("GET", "/agents/{agent_id}/catch-up"),
    ];

    private async ValueTask<Answer> ReadAsync(CatchUpQuery query, AgentContext context) =>
        Answer.Ok(await reader.ReadAsync(context.Project, context.Agent, query.BudgetTokens, context.Cancellation));

    private sealed record CatchUpQuery(int BudgetTokens) : IQuery<CatchUpQuery>
    {
        public static CatchUpQuery Read(QueryReader query) => new(query.Int(
            "budget_tokens", CatchUpBudget.LeastTokens, TokenBudget.MostTokens,
            string.Create(CultureInfo.InvariantCulture, $"The most model tokens that the answer may take; default {CatchUpBudget.UsualTokens}.")) ?? CatchUpBudget.UsualTokens);
    }
}
