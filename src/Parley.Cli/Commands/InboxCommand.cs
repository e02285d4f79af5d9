using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Conversation;
using Parley.Cli.Output;
using Parley.Client;
using Parley.Protocol;
using Spectre.Console;

namespace Parley.Cli.Commands;

/// <summary><c>parley inbox [--wait S] [--ack]</c>, <c>parley inbox --human</c></summary>
internal static class InboxCommand
{
    // The longest that the server waits in one call.
    private static readonly TimeSpan LongestPoll = TimeSpan.FromSeconds(60);

    private const int MostTokens = 1_000_000;

    // A month. Anything longer is a typo.
    private const double LongestWait = 2_592_000;

    public static Command Create()
    {
        var wait = Numbers.Optional(
            "--wait", "Wait up to S seconds for a message; exit code 4 if there is none.", "S", 0.0, LongestWait, $"a number of seconds from 0 to {LongestWait}");
        var ack = new Option<bool>("--ack")
        {
            Description = "Take the messages, and acknowledge them once they are printed. Otherwise, only look.",
        };
        var max = Numbers.Limit("--max", 10);
        var budget = Numbers.Optional(
            "--budget-tokens", "Group the messages by thread, and shorten them to about N model tokens.", "N", 1, MostTokens, $"a number from 1 to {MostTokens}");

        var human = new Option<bool>("--human") { Description = "Show the open questions of agents instead; answer them with 'parley answer'." };

        return new CliCommand("inbox", "Shows the messages waiting for you: for the agent of --as, or else in the operators' inbox.",
            "parley inbox", "parley inbox --as be-1 --wait 60 --ack", "parley inbox --human", "parley inbox --json | jq -r '.items[].message.content'")
        {
            wait, ack, max, budget, human,
        }.Does(async call =>
        {
            var arguments = call.Arguments;
            var take = arguments.GetValue(ack);
            if (arguments.GetValue(human))
            {
                if (take || arguments.GetValue(wait) is not null || arguments.GetValue(budget) is not null)
                    throw new CommandException(ExitCode.UsedWrongly, "--human shows questions, so it does not go with --wait, --ack, or --budget-tokens.", "Leave those out.");
                await call.ActAsync();
                await QuestionView.ShowOpenAsync(call, arguments.GetValue(max));
                return ExitCode.Done;
            }

            await call.ActAsync();
            var inbox = await ReadAsync(call, arguments.GetValue(max), arguments.GetValue(wait), arguments.GetValue(budget), take);
            Show(call, inbox);

            // After printing: messages that were not shown completely must not be gone.
            if (take && inbox.Items.Count > 0)
            {
                var taken = inbox.Items.Select(item => new AckItem { MessageId = item.Message.MessageId, LeaseId = item.LeaseId });
                await AckCommand.SettleAsync(call, [.. taken]);
            }

            return inbox.Items.Count == 0 && arguments.GetValue(wait) is not null ? ExitCode.TimedOut : ExitCode.Done;
        });
    }

    private static async Task<Inbox> ReadAsync(Call call, int max, double? waitSeconds, int? budget, bool take)
    {
        var agent = call.Reader;
        var deadline = call.Time.GetUtcNow() + TimeSpan.FromSeconds(waitSeconds ?? 0);
        while (true)
        {
            var left = deadline - call.Time.GetUtcNow();
            var wait = left > LongestPoll ? LongestPoll : left > TimeSpan.Zero ? left : TimeSpan.Zero;
            var items = take
                ? await call.Api.Messages.ClaimAsync(agent, new ClaimRequest { Max = max, Wait = wait.TotalSeconds, BudgetTokens = budget }, call.Cancellation)
                : await call.Api.Messages.InboxAsync(agent, new InboxQuery { Max = max, Wait = wait, BudgetTokens = budget }, call.Cancellation);
            if (items.Count > 0 || left <= LongestPoll)
                return new Inbox { Items = items };
        }
    }

    private static string Missing(Shortened shortened) => string.Join(
        ", ",
        new[] { ("content", shortened.Content), ("payload", shortened.Payload), ("metadata", shortened.Metadata) }
            .Where(part => part.Item2 is not null).Select(part => $"{part.Item1} of {part.Item2:N0} characters"));

    private static void Show(Call call, Inbox inbox)
    {
        if (call.Terminal.Json)
        {
            call.Terminal.WriteJson(inbox, WireJson.Lenient.Inbox);
            return;
        }

        if (inbox.Items.Count == 0)
            call.Terminal.Note($"No messages are waiting for {call.Reader}.");

        var view = new ConversationView(call.Terminal, call.Time);
        foreach (var item in inbox.Items)
        {
            view.Show(item.Message);
            var again = item.Attempt > 1 ? $", attempt {item.Attempt}" : "";
            var expects = item.Message.Intent is Intent.Request ? ", a reply is expected" : "";
            var margin = new string(' ', MessageView.Indent);
            call.Terminal.Text.MarkupLine($"{margin}[grey]{PlainText.Escape(item.Message.MessageId)}{again}{expects}[/]");
            if (item.Shortened is { } shortened)
                call.Terminal.Text.MarkupLine($"{margin}[grey]shortened: {Missing(shortened)}; all of it: parley threads {PlainText.Escape(item.Message.ConversationThreadId)}[/]");
        }
    }
}
