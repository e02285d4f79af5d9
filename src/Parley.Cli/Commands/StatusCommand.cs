using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley status [ACTIVITY] [--note TEXT]</c></summary>
internal static class StatusCommand
{
    private static readonly AgentActivity[] Activities = [AgentActivity.Idle, AgentActivity.Working, AgentActivity.Blocked];
    private static readonly AgentStatus[] Statuses = [AgentStatus.Online, AgentStatus.Busy, AgentStatus.Error];

    public static CliCommand Create()
    {
        var activity = new Argument<string?>("activity") { Description = "Whether the agent is idle, working, or blocked.", Arity = ArgumentArity.ZeroOrOne };
        activity.OneOf([.. Activities.Select(Words.Of)]);
        var note = new Option<string?>("--note") { Description = "What it is doing, in one line of up to 200 characters; '' removes it. It ends when the activity changes.", HelpName = "TEXT" };
        var status = new Option<string?>("--status") { Description = "How it is while it is connected." };
        status.OneOf([.. Statuses.Select(Words.Of)]);
        return new CliCommand("status", "Says what an agent is doing, or shows it if nothing is given. Name the agent with --as.",
            "parley status working --note \"Reviewing pull request 17\" --as be-1", "parley status idle --as be-1", "parley status --as be-1 --json | jq -r .note")
        {
            activity, note, status,
        }.Does(async call =>
        {
            if (call.ActingAs is not { } id)
                throw new CommandException(ExitCode.UsedWrongly, "It is not said whose status this is.", "Name the agent with --as.");
            var (word, text, how) = (call.Arguments.GetValue(activity), call.Arguments.GetValue(note), call.Arguments.GetValue(status));
            await call.ActAsync();
            if (word is not null || text is not null || how is not null)
                await call.Api.Agents.SetStatusAsync(id, Words.Parse<AgentStatus>(how), Words.Parse<AgentActivity>(word), text, call.Cancellation);
            var agent = await call.Api.Agents.GetAsync(id, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(agent, WireJson.Lenient.Agent);
            else
                call.Terminal.WriteLine(PlainText.Of($"{agent.AgentId}: {Words.Of(agent.Status)}, {Words.Of(agent.Activity)}{(agent.Note is { } said ? $": {said}" : "")}"));
            return ExitCode.Done;
        });
    }
}
