using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley storms list|show|release|cancel</c></summary>
internal static class StormsCommand
{
    private const string AnId = "0199e1c1-0000-7000-8000-000000000a00";

    private static readonly Argument<string> Id = new("storm_id") { Description = "The storm." };

    public static Command Create() => new CliCommand("storms", "Lists, shows, releases, and cancels storms: agents that answer each other too often, and whose further replies are held.")
    {
        List(), Show(), Release(), Cancel(),
    };

    private static CliCommand List()
    {
        var open = new Option<bool>("--open") { Description = "Only those that wait for a decision." };
        var agent = new Option<string?>("--agent") { Description = "Only those that this agent takes part in.", HelpName = "AGENT" };
        var limit = Numbers.Limit("--limit", 50);
        return new CliCommand("list", "Lists storms, newest first.", "parley storms list", "parley storms list --open --json | jq -r '.items[].storm_id'")
        {
            open, agent, limit,
        }.Does(async call =>
        {
            var page = await call.Api.Storms.ListAsync(
                call.Arguments.GetValue(open) ? "open" : null, call.Arguments.GetValue(agent), call.Arguments.GetValue(limit), after: null, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageStorm);
            else
                Listing.WritePage(call.Terminal, ["storm", "status", "agents", "replies", "held", "age"], page, storm => Row(storm, call.Time), "No storms.");
            return ExitCode.Done;
        });
    }

    private static CliCommand Show() => new CliCommand("show", "Shows who answers whom, what began it, and what is held.", $"parley storms show {AnId}")
    {
        Id,
    }.Does(async call => Tell(call, await call.Api.Storms.GetAsync(call.Arguments.GetRequiredValue(Id), call.Cancellation)));

    private static CliCommand Release()
    {
        var message = new Option<string?>("--message") { Description = "A message to the agents of the storm, which they get before the held replies.", HelpName = "TEXT" };
        return new CliCommand(
            "release", "Delivers the held replies. The agents may then answer each other as often as before.", $"parley storms release {AnId}",
            $"parley storms release {AnId} --message \"Use tabs.\"")
        {
            Id, message,
        }.Does(async call =>
            Tell(call, await call.Api.Storms.ReleaseAsync(call.Arguments.GetRequiredValue(Id), call.Arguments.GetValue(message), call.Cancellation)));
    }

    private static CliCommand Cancel() => new CliCommand("cancel", "Withdraws the held replies, and tells their senders.", $"parley storms cancel {AnId}")
    {
        Id,
    }.Does(async call => Tell(call, await call.Api.Storms.CancelAsync(call.Arguments.GetRequiredValue(Id), call.Cancellation)));

    private static ExitCode Tell(Call call, Storm storm)
    {
        if (call.Terminal.Json)
        {
            call.Terminal.WriteJson(storm, WireJson.Lenient.Storm);
            return ExitCode.Done;
        }

        Listing.WriteFacts(call.Terminal, [
            ("storm", storm.StormId),
            ("status", storm.DecidedBy is { } by ? $"{Words.Of(storm.Status)} by {by}" : Words.Of(storm.Status)),
            ("agents", string.Join(", ", storm.Agents)),
            ("thread", storm.ThreadId),
            ("began", $"{Listing.Since(storm.StartedAt, call.Time)}, after {storm.Replies} replies within {storm.WindowSeconds} s; {storm.Repeated} of them were repetitions"),
            ("first", storm.FirstMessage is { } first ? Line(first) : null),
            .. storm.LastMessages.Select((message, i) => (i == 0 ? "last" : "", (string?)Line(message))),
            ("held", $"{storm.Held}"),
            .. (storm.HeldMessages ?? []).Select(message => ("", (string?)Line(message))),
        ]);
        return ExitCode.Done;
    }

    private static string Line(StormMessage message) => $"{message.SenderId}: {message.Content?.ReplaceLineEndings(" ") ?? "(no text)"}";

    private static IReadOnlyList<string> Row(Storm storm, TimeProvider time) =>
    [
        PlainText.Escape(storm.StormId),
        Words.Of(storm.Status),
        PlainText.EscapeLine(string.Join(", ", storm.Agents), 60),
        $"{storm.Replies}",
        $"{storm.Held}",
        Listing.Ago(storm.StartedAt, time),
    ];
}
