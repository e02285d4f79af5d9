using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley dead list|requeue|purge</c></summary>
internal static class DeadCommand
{
    private static readonly Option<string?> Agent = new("--agent") { Description = "Only those in this agent's mailbox.", HelpName = "ID" };

    private static readonly Option<string?> Type = new("--type") { Description = "Only messages of this type.", HelpName = "TYPE" };

    private static readonly Option<string?> Reason = OfReason();

    public static Command Create() =>
        new CliCommand("dead", "Lists, requeues, and purges dead letters: messages that were delivered several times and never acknowledged.")
        {
            List(),
            ForSome("requeue", "Puts dead letters back into their mailboxes, with a fresh set of attempts.", "Requeued",
                (call, filter) => call.Api.DeadLetters.RequeueAllAsync(filter, call.Cancellation)),
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
            else
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
