using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Mailboxes;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.Wakes;

/// <summary>Wakes of idle agents.</summary>
internal sealed class WakesConcept(WakeDesk desk, WakeBoard board, ActorResolver actors) : IConcept
{
    private const int MostAgents = 200;
    private const int LongestWait = 50_000;
    private const int LongestDetail = 1_000;

    private const string ANext = """
        {"wake": {"wake_id": "01999e21-7a3c-7c11-8f1e-2d0c8a54b7e1", "agent_id": "be-1", "text": "Parley: 2 messages waiting. Read them with the parley inbox tool.", "count": 2,
        "way": "waiter", "harness": "claude", "session_id": "5f0c2f7e", "expires_at": "2026-01-22T13:58:52.553Z"}}
        """;

    public string Title => "Wakes";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext, NextWakeRequest>(
            "GetNextWake", "Wait until an idle agent is to be woken.", Input.Body<NextWakeRequest>("""{"agents": ["be-1"], "way": "waiter"}"""), NextAsync)
        {
            Details = "For programs that can make an agent take a turn. An agent has one wake at a time, which the best way there is gets. It is over when the agent takes "
                + "a turn, or after 2 minutes.",
            Allows = Permission.Settle,
            Own = "itself",
            Answers = [AnswerShape.Ok<NextWake>(ANext)],
        }.Rest("POST", "/wakes/next"),

        new Operation<ProjectContext, (string Id, WakeReport Body)>(
            "ReportWake", "Say how a wake went.", Input.Path("wake_id").And(Input.Body<WakeReport>("""{"outcome": "submitted"}""")), ReportAsync)
        {
            Details = "After `failed`, another way may try at once, and this one after half a minute. May be repeated.",
            Allows = Permission.Settle,
            Own = "itself",
            Answers = [AnswerShape.Done],
        }.Rest("POST", "/wakes/{wake_id}"),
    ];

    private async ValueTask<Answer> NextAsync(NextWakeRequest asked, ProjectContext context)
    {
        var (project, caller) = (context.Project, context.Caller);
        if (Check(asked) is { } bad)
            return bad;
        var agents = new List<AgentState>();
        foreach (var id in asked.Agents?.Distinct(StringComparer.Ordinal) ?? [caller.AgentId ?? AgentDirectory.Human])
        {
            if (!(await actors.FindActorAsync(caller, project, id, context.Cancellation)).TryGet(out var agent, out var problem))
                return problem;
            agents.Add(agent);
        }

        var wake = await desk.NextAsync(project, agents, asked.Way!.Value, TimeSpan.FromMilliseconds(asked.WaitMs), caller, context.Cancellation);
        if (caller.Ended.IsCancellationRequested)
            return Problems.TokenEnded();
        var json = JsonSerializer.SerializeToUtf8Bytes(new NextWake { Wake = wake }, WireJson.Strict.NextWake);
        return Answer.Raw(to => to.Raw(json), wake is null ? null : () => TakeBackAsync(project, wake));
    }

    private static ApiProblem? Check(NextWakeRequest asked) => new Validation()
        .Required("way", asked.Way)
        .Check(asked.Agents is not { Count: 0 or > MostAgents }, "agents", $"must have 1 to {MostAgents} items")
        .Check(asked.WaitMs is >= 0 and <= LongestWait, "wait_ms", $"must be 0 to {LongestWait}")
        .Problem;

    /// <summary>The answer did not reach its waker.</summary>
    private Task TakeBackAsync(ProjectState project, Wake wake)
    {
        if (project.Agents.Find(wake.AgentId) is { } agent)
            board.TakeBack(project, agent, Guid.Parse(wake.WakeId));
        return Task.CompletedTask;
    }

    private ValueTask<Answer> ReportAsync((string Id, WakeReport Body) asked, ProjectContext context)
    {
        var bad = new Validation().Uuid("wake_id", asked.Id).Required("outcome", asked.Body.Outcome)
            .Check(asked.Body.Detail is not { Length: > LongestDetail }, "detail", $"is longer than {LongestDetail} characters").Problem;
        if (bad is not null)
            return new(bad);
        var agent = board.Report(context.Project, Guid.Parse(asked.Id), asked.Body.Outcome!.Value, agent => context.Caller.MayActAs(agent.Id));
        return new(agent is null ? Problems.NotFound("wake", asked.Id) : Answer.Done);
    }
}
