using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley squads list|create|show|add|remove|delete</c></summary>
internal static class SquadsCommand
{
    private static readonly Argument<string> Id = new("squad_id") { Description = "The squad's id." };

    private static readonly Argument<string> Member = new("agent_id") { Description = "The agent." };

    public static Command Create() =>
        new CliCommand("squads", "Lists, creates, shows, changes, and deletes squads: groups of agents that you can send to as squad:ID.")
        {
            List(), CreateSquad(), Show(), Add(), Remove(), Delete(),
        };

    private static CliCommand List()
    {
        var limit = Numbers.Limit("--limit", 50);
        return new CliCommand("list", "Lists the project's squads.", "parley squads list", "parley squads list --json | jq -r '.items[].squad_id'")
        {
            limit,
        }.Does(async call =>
        {
            var page = await call.Api.Squads.ListAsync(call.Arguments.GetValue(limit), after: null, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageSquad);
            else
            {
                Listing.WritePage(
                    call.Terminal, ["squad", "name", "members", "state", "made"], page, squad => Row(squad, call.Time), "No squads. 'parley squads create ID' makes one.");
            }

            return ExitCode.Done;
        });
    }

    private static CliCommand CreateSquad()
    {
        var name = new Option<string?>("--name") { Description = "The name that people read; default: the id.", HelpName = "TEXT" };
        var members = new Option<string[]>("--member") { Description = "An agent that is in it; may be repeated.", HelpName = "AGENT" };
        return new CliCommand("create", "Creates a squad. 'parley send squad:ID TEXT' then reaches all its members.",
            "parley squads create alpha --member pm-1 --member be-1")
        {
            Id, name, members,
        }.Does(async call =>
        {
            var id = call.Arguments.GetRequiredValue(Id);
            var request = new SquadRequest
            {
                SquadId = id,
                Name = call.Arguments.GetValue(name) ?? id,
                Members = [.. (call.Arguments.GetValue(members) ?? []).Select(agent => new SquadMember { AgentId = agent })],
            };
            var squad = await call.Api.Squads.CreateAsync(request, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(squad, WireJson.Lenient.Squad);
            else
                call.Terminal.WriteLine($"Created squad '{squad.SquadId}'.");
            return ExitCode.Done;
        });
    }

    private static CliCommand Show() => new CliCommand("show", "Shows a squad's members, with their roles and specializations.", "parley squads show alpha")
    {
        Id,
    }.Does(async call =>
    {
        var squad = await call.Api.Squads.GetAsync(call.Arguments.GetRequiredValue(Id), call.Cancellation);
        if (call.Terminal.Json)
            call.Terminal.WriteJson(squad, WireJson.Lenient.Squad);
        else if (squad.Members.Count == 0)
            call.Terminal.Note($"No members. 'parley squads add {squad.SquadId} AGENT' adds one.");
        else
            Listing.Write(call.Terminal, ["agent", "role", "specialization"], squad.Members.Select(Row));
        return ExitCode.Done;
    });

    private static CliCommand Add()
    {
        var role = new Option<string?>("--role") { Description = "Its role in this squad; default: the agent's own.", HelpName = "ROLE" };
        var specialization = new Option<string?>("--specialization") { Description = "Its specialization in the squad; default: the agent's own.", HelpName = "TEXT" };
        return new CliCommand("add", "Adds an agent to a squad, or changes its role there.", "parley squads add alpha be-1", "parley squads add alpha be-1 --role reviewer")
        {
            Id, Member, role, specialization,
        }.Does(async call =>
        {
            var arguments = call.Arguments;
            var member = new SquadMember
            {
                AgentId = arguments.GetRequiredValue(Member),
                Role = arguments.GetValue(role),
                Specialization = arguments.GetValue(specialization),
            };
            await call.Api.Squads.AddMemberAsync(arguments.GetRequiredValue(Id), member, call.Cancellation);
            return ExitCode.Done;
        });
    }

    private static CliCommand Remove() => new CliCommand("remove", "Removes an agent from a squad.", "parley squads remove alpha be-1")
    {
        Id, Member,
    }.Does(async call =>
    {
        await call.Api.Squads.RemoveMemberAsync(call.Arguments.GetRequiredValue(Id), call.Arguments.GetRequiredValue(Member), call.Cancellation);
        return ExitCode.Done;
    });

    private static CliCommand Delete() => new CliCommand("delete", "Deletes a squad. Its agents and the messages sent to it stay.", "parley squads delete alpha")
    {
        Id,
    }.Does(async call =>
    {
        await call.Api.Squads.DeleteAsync(call.Arguments.GetRequiredValue(Id), call.Cancellation);
        return ExitCode.Done;
    });

    private static IReadOnlyList<string> Row(Squad squad, TimeProvider time) =>
    [
        PlainText.Escape(squad.SquadId),
        PlainText.Name(squad.Name),
        PlainText.EscapeLine(string.Join(", ", squad.Members.Select(member => member.AgentId)), 60),
        Listing.Paused(squad.Pause, time),
        Listing.Ago(squad.CreatedAt, time),
    ];

    private static IReadOnlyList<string> Row(SquadMember member) =>
        [PlainText.Escape(member.AgentId), PlainText.Name(member.Role ?? "-"), PlainText.Name(member.Specialization ?? "-")];
}
