using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary><c>parley dead list|show|requeue|resend|purge</c></summary>
internal static class DeadCommand
{
    private static readonly Option<string?> Agent = new("--agent") { Description = "Only those in this agent's mailbox.", HelpName = "ID" };

    private static readonly Option<string?> Type = new("--type") { Description = "Only messages of this type.", HelpName = "TYPE" };

    private static readonly Option<string?> Reason = OfReason();

    public static Command Create() =>
        new CliCommand("dead", "Lists, requeues, resends, and purges dead letters: messages that were delivered several times and never acknowledged.")
        {
            List(),
            Show(),
            ForSome("requeue", "Puts dead letters back into their mailboxes, with a fresh set of attempts.", "Requeued",
                (call, filter) => call.Api.DeadLetters.RequeueAllAsync(filter, call.Cancellation)),
            Resend(),
            ForSome("purge", "Removes dead letters permanently. Their messages stay in the history.", "Purged",
                (call, filter) => call.Api.DeadLetters.PurgeAsync(filter, call.Cancellation)),
        };

    private static Option<string?> OfReason()
    {
        var reason = new Option<string?>("--reason") { Description = "Only those whose last attempt ended this way." };
        reason.OneOf(Words.All<DeathReason>());
        return reason;
    }

    private static CliCommand List()
    {
        var limit = Numbers.Limit("--limit", 50);
        return new CliCommand("list", "Lists dead letters, newest first, with their last errors.",
            "parley dead list", "parley dead list --agent be-1 --json | jq -r '.items[].delivery.delivery_id'")
        {
            Agent, Type, Reason, limit,
        }.Does(async call =>
        {
            var page = await call.Api.DeadLetters.ListAsync(Filter(call), call.Arguments.GetValue(limit), after: null, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageDeadLetter);
            else
            {
                Listing.WritePage(
                    call.Terminal, ["delivery", "agent", "from", "type", "attempts", "sent", "last error", "begins"], page, dead => Row(dead, call.Time),
                    "No dead letters.");
            }

            return ExitCode.Done;
        });
    }

    private static CliCommand Show()
    {
        var id = new Argument<string>("delivery_id") { Description = "A dead letter, by its id from 'parley dead list'." };
        return new CliCommand("show", "Shows a dead letter: its attempts, who requeued it, and whether its reader answers now.", "parley dead show 4711") { id }.Does(async call =>
        {
            var dead = await call.Api.DeadLetters.GetAsync(call.Arguments.GetRequiredValue(id), call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(dead, WireJson.Lenient.DeadLetter);
            else
                Show(dead, call.Terminal, call.Time);
            return ExitCode.Done;
        });
    }

    private static void Show(DeadLetter dead, Terminal terminal, TimeProvider time)
    {
        var text = terminal.Text;
        text.MarkupLine($"{PlainText.Escape(dead.Message.MessageId)}  {PlainText.Escape(dead.Message.MessageType)} from {PlainText.Escape(dead.Message.SenderId)}, sent {Listing.Ago(dead.Message.Timestamp, time)} ago");
        text.MarkupLine($"  {PlainText.EscapeLine(dead.Message.Content, 100)}");
        text.MarkupLine($"{PlainText.Escape(dead.Delivery.AgentId)} is {Words.Of(dead.Receiver.Status)}{(dead.Receiver.AnsweredAt is { } answered ? $", and answered {Listing.Ago(answered, time)} ago" : "")}");
        var moments = dead.Attempts.Select(attempt => (attempt.EndedAt, Line: $"attempt {attempt.Attempt}: {Words.Of(attempt.Outcome)}  {PlainText.EscapeLine(attempt.Error ?? "", 100)}"))
            .Concat(dead.Requeued.Select(requeue => (requeue.At, Line: $"requeued by {PlainText.Escape(requeue.By ?? "somebody")}")));
        foreach (var (at, line) in moments.OrderBy(moment => moment.Item1))
            text.MarkupLine($"  [grey]{Listing.Ago(at, time)} ago[/]  {line}");
    }

    private static CliCommand Resend()
    {
        var id = new Argument<string>("delivery_id") { Description = "A dead letter, by its id from 'parley dead list'." };
        var text = new Argument<string?>("text") { Description = "What to say instead; '-' reads it from standard input.", Arity = ArgumentArity.ZeroOrOne };
        var to = new Option<string[]>("--to") { Description = "Whom to send it to instead; may be repeated.", HelpName = "ADDRESS" };
        var type = new Option<string?>("--message-type") { Description = "The message's type, if it differs.", HelpName = "TYPE" };
        var priority = PriorityOption.Create();
        return new CliCommand(
            "resend", "Sends the message of a dead letter anew, perhaps changed, and removes the dead letter, in one step. The new message comes from you.",
            "parley dead resend 4711", "parley dead resend 4711 \"Please use the new branch.\" --to be-2")
        {
            id, text, to, type, priority,
        }.Does(async call =>
        {
            await call.ActAsync();
            var said = call.Arguments.GetValue(text);
            var answer = await call.Api.DeadLetters.ResendAsync(
                call.Arguments.GetRequiredValue(id),
                new ResendRequest
                {
                    Content = said == "-" ? await SendArguments.ReadInputAsync(call.Cancellation) : said,
                    To = call.Arguments.GetValue(to) is { Length: > 0 } addresses ? addresses : null,
                    MessageType = call.Arguments.GetValue(type),
                    Priority = call.Arguments.GetValue(priority),
                    SenderId = call.ActingAs,
                },
                call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(answer, WireJson.Lenient.SendAnswer);
            else
                SendCommand.Show(answer, call.Terminal);
            return ExitCode.Done;
        });
    }

    /// <summary>A command for dead letters: those named, those that match a filter, or, if requested, all.</summary>
    private static CliCommand ForSome(string name, string description, string done, Func<Call, DeadLetterFilter, Task<DeadLettersAnswer>> change)
    {
        var ids = new Argument<string[]>("delivery_id") { Description = "Dead letters, by their ids from 'parley dead list'.", Arity = ArgumentArity.ZeroOrMore };
        var every = new Option<bool>("--all") { Description = "All of the project." };
        return new CliCommand(name, description, $"parley dead {name} be-1.1042", $"parley dead {name} --agent be-1", $"parley dead {name} --all")
        {
            ids, every, Agent, Type, Reason,
        }.Does(async call =>
        {
            var named = call.Arguments.GetValue(ids) ?? [];
            var filter = Filter(call);
            var filtered = call.Arguments.GetValue(every) || filter != new DeadLetterFilter();
            if (named.Length > 0 == filtered)
            {
                throw new CommandException(
                    ExitCode.UsedWrongly, named.Length > 0 ? "Give either ids, or --all, --agent, --type, or --reason, not both." : "Which dead letters?",
                    "Give their ids from 'parley dead list', or --agent, --type, or --reason, or --all.");
            }

            var answer = await change(call, filtered ? filter : new DeadLetterFilter { DeliveryIds = named });
            if (call.Terminal.Json)
                call.Terminal.WriteJson(answer, WireJson.Lenient.DeadLettersAnswer);
            else if (answer.Count > 0 || answer.Refused.Count == 0)
                call.Terminal.WriteLine($"{done} {answer.Count}.");
            return answer.Refused is not [var first, ..]
                ? ExitCode.Done
                : throw new CommandException(
                    ExitCode.NotFound,
                    answer.Refused.Count == 1 ? $"'{first.DeliveryId}' is not a dead letter." : $"{answer.Refused.Count} of them are not dead letters, such as '{first.DeliveryId}'.",
                    "List them with 'parley dead list'.");
        });
    }

    private static DeadLetterFilter Filter(Call call) => new()
    {
        AgentId = call.Arguments.GetValue(Agent),
        Type = call.Arguments.GetValue(Type),
        Reason = Words.Parse<DeathReason>(call.Arguments.GetValue(Reason)),
    };

    private static IReadOnlyList<string> Row(DeadLetter dead, TimeProvider time) =>
    [
        PlainText.Escape(dead.Delivery.DeliveryId),
        PlainText.Escape(dead.Delivery.AgentId),
        PlainText.Escape(dead.Message.SenderId),
        PlainText.Escape(dead.Message.MessageType),
        $"{dead.Delivery.Attempt}",
        Listing.Ago(dead.Message.Timestamp, time),
        PlainText.EscapeLine(dead.Delivery.LastError ?? "-", 60),
        PlainText.EscapeLine(dead.Message.Content, 40),
    ];
}
