using System.CommandLine;
using System.Text.Json;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley route list|set|explain|stats</c></summary>
internal static class RouteCommand
{
    public static Command Create() =>
        new CliCommand("route", "Shows and sets the project's routing rules, and explains where a message would go.")
        {
            List(), Set(), Explain(), Stats(),
        };

    private static CliCommand List() => new CliCommand(
        "list", "Lists the project's routing rules, in order.", "parley route list", "parley route list --json > rules.json").Does(async call =>
    {
        var rules = await call.Api.Routing.GetAsync(call.Cancellation);
        if (call.Terminal.Json)
            call.Terminal.WriteJson(rules, WireJson.Lenient.RoutingRules);
        else if (rules.Rules.Count == 0)
            call.Terminal.Note("No rules, so all messages go where they are addressed. 'parley route set FILE' sets some.");
        else
            Listing.Write(call.Terminal, ["rule", "when", "then"], rules.Rules.Select(Row));
        return ExitCode.Done;
    });

    private static CliCommand Set()
    {
        var file = new Argument<string>("file") { Description = "A JSON file: {\"rules\": [...]}. '-' reads standard input." };
        return new CliCommand(
            "set", "Replaces the project's routing rules. They apply to messages that are sent from then on.", "parley route set rules.json",
            "echo '{\"rules\": []}' | parley route set -")
        {
            file,
        }.Does(async call =>
        {
            var wanted = await ReadAsync(call.Arguments.GetRequiredValue(file), call.Cancellation);
            var rules = await call.Api.Routing.SetAsync(wanted, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(rules, WireJson.Lenient.RoutingRules);
            else
                call.Terminal.Note($"{rules.Rules.Count} {(rules.Rules.Count == 1 ? "rule" : "rules")}, version {rules.Version}.");
            return ExitCode.Done;
        });
    }

    private static CliCommand Explain()
    {
        var send = new SendArguments();
        var metadata = new Option<string?>("--metadata") { Description = "The message's metadata, as JSON.", HelpName = "JSON" };
        var command = new CliCommand(
            "explain", "Explains where a message would go, and why, without sending it. With --as, as that agent would send it.",
            "parley route explain be-1 \"Is this migration safe?\" --type question", "parley route explain capability:review \"Please look.\" --as pm-1");
        send.AddTo(command);
        command.Options.Add(metadata);
        return command.Does(async call =>
        {
            var request = await send.ReadAsync(call) with
            {
                Metadata = JsonWords.Read(call.Arguments.GetValue(metadata), metadata.Name, "'{\"env\": \"production\"}'"),
            };
            var explanation = await call.Api.Routing.ExplainAsync(request, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(explanation, WireJson.Lenient.RoutingExplanation);
            else
                Show(call.Terminal, explanation);
            return ExitCode.Done;
        });
    }

    private static CliCommand Stats() => new CliCommand(
        "stats", "Counts the messages that each rule touched, and by which kinds of address recipients were found.", "parley route stats").Does(async call =>
    {
        var stats = await call.Api.Routing.StatsAsync(call.Cancellation);
        if (call.Terminal.Json)
            call.Terminal.WriteJson(stats, WireJson.Lenient.RoutingStats);
        else if (stats.Rules.Count + stats.Strategies.Count == 0)
            call.Terminal.Note("No message was routed by a rule or to a group yet.");
        else
        {
            Listing.Write(
                call.Terminal, ["kind", "name", "messages", "last"],
                [.. stats.Rules.Select(count => Counted("rule", count, call.Time)), .. stats.Strategies.Select(count => Counted("address", count, call.Time))]);
        }

        return ExitCode.Done;
    });

    private static void Show(Terminal terminal, RoutingExplanation explanation)
    {
        Listing.WriteFacts(
            terminal,
            [
                ("to", string.Join(", ", explanation.To)),
                ("recipients", Recipients(explanation)),
                ("priority", Words.Of(explanation.Priority)),
                ("metadata", explanation.Metadata?.GetRawText()),
                ("refused", explanation.Problem?.Detail),
                .. explanation.Rules.Select(rule => ("rule", (string?)$"{rule.Name}: {(rule.Matches ? "matches" : "does not match")} ({rule.Reason})")),
                .. explanation.Routing.Where(line => !line.StartsWith("rule ", StringComparison.Ordinal)).Select(line => ("routing", (string?)line)),
            ]);
        if (explanation.Candidates.Count > 0)
            Listing.Write(terminal, ["capability", "agent", "status", "deliveries", "chosen"], explanation.Candidates.Select(Candidate));
    }

    private static string Recipients(RoutingExplanation explanation)
    {
        var more = explanation.RecipientsTotal - explanation.Recipients.Count;
        return explanation.RecipientsTotal == 0 ? "nobody" : string.Join(", ", explanation.Recipients) + (more > 0 ? $" and {more} more" : "");
    }

    private static IReadOnlyList<string> Candidate(RoutingCandidate candidate) =>
    [
        PlainText.Escape(candidate.Capability),
        PlainText.Escape(candidate.AgentId),
        candidate.Paused ? "paused" : Words.Of(candidate.Status),
        $"{candidate.Deliveries}",
        candidate.Chosen ? "yes" : "no",
    ];

    private static IReadOnlyList<string> Counted(string kind, RoutingCount count, TimeProvider time) =>
        [kind, PlainText.Escape(count.Name), $"{count.Messages}", Listing.Ago(count.LastAt, time)];

    private static IReadOnlyList<string> Row(RoutingRule rule) =>
        [PlainText.Escape(rule.Name ?? ""), PlainText.Escape(Conditions(rule.When)), PlainText.Escape(Actions(rule))];

    private static string Conditions(RoutingConditions? when)
    {
        var all = new List<string>();
        Add("type", when?.Types);
        Add("sender", when?.Senders);
        Add("to", when?.To);
        Add("word", when?.Words);
        if (when?.Pattern is { } pattern)
            all.Add($"pattern {pattern}");
        if (when?.Metadata is { ValueKind: JsonValueKind.Object } metadata)
            all.Add($"metadata {metadata.GetRawText()}");
        return all.Count > 0 ? string.Join("; ", all) : "always";

        void Add(string name, IReadOnlyList<string>? values)
        {
            if (values is not null)
                all.Add($"{name} {string.Join(" or ", values)}");
        }
    }

    private static string Actions(RoutingRule rule)
    {
        var all = new List<string>();
        if (rule.To is { } to)
            all.Add($"to {string.Join(", ", to)}");
        if (rule.Priority is { } priority)
            all.Add($"priority {Words.Of(priority)}");
        if (rule.Metadata is { ValueKind: JsonValueKind.Object } metadata)
            all.Add($"metadata {metadata.GetRawText()}");
        if (rule.Stop == true)
            all.Add("stop");
        return string.Join("; ", all);
    }

    /// <summary>The rules in a file. The server checks them; this only finds them, so that what <c>list --json</c> prints can be set again.</summary>
    private static async Task<JsonElement> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var document = await JsonWords.FileAsync(path, cancellationToken);
        return document.ValueKind == JsonValueKind.Object && document.TryGetProperty("rules", out var rules) && rules.ValueKind == JsonValueKind.Array
            ? rules
            : throw new CommandException(
                ExitCode.UsedWrongly, $"{(path == "-" ? "Standard input" : $"'{path}'")} has no rules.",
                "It must be {\"rules\": [...]}; an empty list removes all rules. 'parley route list --json' shows the present ones.");
    }
}
