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

    public static Command Create() =>
        new CliCommand("dead", "Lists, requeues, and purges dead letters: messages that were delivered several times and never acknowledged.")
        {
            List(),
            ForSome("requeue", "Puts dead letters back into their mailboxes, with a fresh set of attempts.", "Requeued",
                (call, id) => call.Api.DeadLetters.RequeueAsync(id, call.Cancellation),
                (call, filter) => call.Api.DeadLetters.RequeueAllAsync(filter, call.Cancellation)),
            ForSome("purge", "Removes dead letters permanently. Their messages stay in the history.", "Purged",
                (call, id) => call.Api.DeadLetters.DeleteAsync(id, call.Cancellation),
                (call, filter) => call.Api.DeadLetters.PurgeAsync(filter, call.Cancellation)),
        };

    private static CliCommand List()
    {
        var limit = Numbers.Limit("--limit", 50);
        return new CliCommand("list", "Lists dead letters, newest first, with their last errors.",
            "parley dead list", "parley dead list --agent be-1 --json | jq -r '.items[].delivery.delivery_id'")
        {
            Agent, Type, limit,
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
    private static CliCommand ForSome(string name, string description, string done, Func<Call, string, Task> one, Func<Call, DeadLetterFilter, Task<int>> all)
    {
        var ids = new Argument<string[]>("delivery_id") { Description = "Dead letters, by their ids from 'parley dead list'.", Arity = ArgumentArity.ZeroOrMore };
        var every = new Option<bool>("--all") { Description = "All of the project." };
        return new CliCommand(name, description, $"parley dead {name} be-1.1042", $"parley dead {name} --agent be-1", $"parley dead {name} --all")
        {
            ids, every, Agent, Type,
        }.Does(async call =>
        {
            var named = call.Arguments.GetValue(ids) ?? [];
            var filter = Filter(call);
            var filtered = call.Arguments.GetValue(every) || filter != new DeadLetterFilter();
            if (named.Length > 0 == filtered)
            {
                throw new CommandException(
                    ExitCode.UsedWrongly, named.Length > 0 ? "Give either ids, or --all, --agent, or --type, not both." : "Which dead letters?",
                    "Give their ids from 'parley dead list', or --agent or --type, or --all.");
            }

            foreach (var id in named)
                await one(call, id);
            var count = filtered ? await all(call, filter) : named.Length;
            if (call.Terminal.Json)
                call.Terminal.WriteJson(new CountAnswer { Count = count }, WireJson.Lenient.CountAnswer);
            else
                call.Terminal.WriteLine($"{done} {count}.");
            return ExitCode.Done;
        });
    }

    private static DeadLetterFilter Filter(Call call) => new() { AgentId = call.Arguments.GetValue(Agent), Type = call.Arguments.GetValue(Type) };

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
