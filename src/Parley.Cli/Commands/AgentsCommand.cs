using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Conversation;
using Parley.Cli.Output;
using Parley.Client;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley agents</c></summary>
internal static class AgentsCommand
{
    private const string Active = "active";

    public static Command Create()
    {
        var status = new Option<string?>("--status")
        {
            Description = "Only agents that are online, offline, busy, in error, or active (not offline).",
        };
        status.OneOf([.. Words.All<AgentStatus>(), Active]);
        var role = new Option<string?>("--role") { Description = "Only agents with this role.", HelpName = "ROLE" };
        var capability = new Option<string[]>("--capability")
        {
            Description = "Only agents with this capability; repeat it to require several.",
            HelpName = "NAME",
        };
        var limit = Numbers.Limit("--limit", 50);

        return new CliCommand("agents", "Lists the agents in the project, what they are doing, and how many messages are waiting for them.",
            "parley agents", "parley agents --status active --capability review", "parley agents --json | jq -r '.items[].agent_id'")
        {
            status, role, capability, limit,
        }.Does(async call =>
        {
            var arguments = call.Arguments;
            var query = new AgentQuery
            {
                Active = arguments.GetValue(status) == Active,
                Status = arguments.GetValue(status) is { } word and not Active ? Words.Parse<AgentStatus>(word) : null,
                Role = arguments.GetValue(role),
                Capabilities = arguments.GetValue(capability),
                Limit = arguments.GetValue(limit),
            };
            var page = await call.Api.Agents.ListAsync(query, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageAgent);
            else
            {
                Listing.WritePage(
                    call.Terminal, ["agent", "name", "role", "type", "status", "activity", "queued", "in flight", "dead", "seen"], page,
                    agent => Row(agent, call.Time), "No agents. 'parley register NAME' adds one.");
            }

            return ExitCode.Done;
        });
    }

    private static IReadOnlyList<string> Row(Agent agent, TimeProvider time)
    {
        var colour = RoleColours.Of(agent.Role, agent.AgentId).ToMarkup();
        var status = agent.Status switch
        {
            AgentStatus.Online => "[green]online[/]",
            AgentStatus.Busy => "[yellow]busy[/]",
            AgentStatus.Error => "[red]error[/]",
            _ => "[grey]offline[/]",
        };
        var role = agent.Role ?? "-";
        var dead = agent.Mailbox.Dead > 0 ? $"[red]{agent.Mailbox.Dead}[/]" : "0";
        return
        [
            $"[{colour}]{PlainText.Escape(agent.AgentId)}[/]",
            PlainText.Name(agent.Name),
            PlainText.Name(agent.Specialization is { } specialization ? $"{role} ({specialization})" : role),
            PlainText.Name(agent.Type),
            agent.Pause is { } pause ? $"{status} {Listing.Paused(pause, time)}" : status,
            Words.Of(agent.Activity),
            $"{agent.Mailbox.Queued}",
            $"{agent.Mailbox.InFlight}",
            dead,
            Listing.Ago(agent.LastSeen, time),
        ];
    }
}
