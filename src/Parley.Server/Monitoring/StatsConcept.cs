using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Projects;
using Parley.Server.Security;

namespace Parley.Server.Monitoring;

/// <summary>A project's figures.</summary>
internal sealed class StatsConcept(ProjectStats stats) : IConcept
{
    public string Title => "Statistics";

    public IReadOnlyList<Operation> Declare() =>
    [
        new Operation<ProjectContext>("GetStats", "Get a project's statistics.", async context => Answer.Ok(await stats.ReadAsync(context.Project, context.Cancellation)))
        {
            Allows = Permission.ReadProject,
            Answers = [AnswerShape.Ok<Stats>(
                """
                {"messages": {"sent": 1043, "delivered": 1040, "acknowledged": 1039, "dead": 1, "expired": 0, "per_second": 2.5},
                 "latency_ms": {"p50": 0.8, "p95": 1.9, "p99": 4.2}, "mailboxes": {"queued": 2, "in_flight": 1},
                 "agents": {"total": 5, "online": 4, "busy": 1}, "connections": 4, "uptime_seconds": 86400, "availability": 0.9998, "version": "0.1.0"}
                """)],
        }.Rest("GET", "/stats"),
    ];
}
