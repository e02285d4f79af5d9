using System.CommandLine;
using System.Globalization;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley budget list|show|set|remove</c></summary>
internal static class BudgetCommand
{
    private static readonly Argument<string> Kind = MakeKind();

    private static readonly Argument<string> Id = new("id") { Description = "The agent, thread, or execution." };

    public static Command Create() => new CliCommand("budget", "Limits how much an agent, a thread, or an execution may send, and shows what is spent.")
    {
        List(), Show(), Set(), Remove(),
    };

    private static CliCommand List()
    {
        var kind = new Option<string?>("--kind") { Description = "Only those of agents, threads, or executions." };
        kind.OneOf(Words.All<BudgetKind>());
        var limit = Numbers.Limit("--limit", 50);
        return new CliCommand("list", "Lists message budgets, newest first.", "parley budget list", "parley budget list --kind agents --json | jq -r '.items[].id'")
        {
            kind, limit,
        }.Does(async call =>
        {
            var page = await call.Api.Budgets.ListAsync(
                Words.Parse<BudgetKind>(call.Arguments.GetValue(kind)), call.Arguments.GetValue(limit), after: null, call.Cancellation);
            if (call.Terminal.Json)
            {
                call.Terminal.WriteJson(page, WireJson.Lenient.PageMessageBudget);
                return ExitCode.Done;
            }

            Listing.WritePage(
                call.Terminal, ["kind", "id", "status", "messages", "bytes", "since"], page, budget => Row(budget, call.Time),
                "No budgets. 'parley budget set agents ID --messages N' sets one.");
            return ExitCode.Done;
        });
    }

    private static CliCommand Show() => new CliCommand("show", "Shows a message budget, and what is spent and left.", "parley budget show agents be-1")
    {
        Kind, Id,
    }.Does(async call => Tell(call, await call.Api.Budgets.GetAsync(KindOf(call), call.Arguments.GetRequiredValue(Id), call.Cancellation)));

    private static CliCommand Set()
    {
        var messages = Numbers.Optional<long>("--messages", "The most messages.", "N", 1, (1L << 53) - 1, "a whole number of at least 1");
        var bytes = Sizes.Optional("--bytes", "The most bytes of content, payload, and metadata, such as 64KiB or 10MB.");
        var reset = new Option<bool>("--reset") { Description = "Start counting again at 0. Otherwise, what was spent stays spent." };
        return new CliCommand(
            "set", "Sets or changes a message budget. Agents cannot send more. A limit that is left out does not apply.", "parley budget set agents be-1 --messages 1000",
            "parley budget set agents be-1 --messages 1000 --bytes 10MB --reset")
        {
            Kind, Id, messages, bytes, reset,
        }.Does(async call =>
        {
            var (most, size) = (call.Arguments.GetValue(messages), call.Arguments.GetValue(bytes));
            if (most is null && size is null)
                throw new CommandException(ExitCode.UsedWrongly, "Give --messages N, --bytes SIZE, or both.", null);
            return Tell(call, await call.Api.Budgets.SetAsync(
                KindOf(call), call.Arguments.GetRequiredValue(Id), most, size, call.Arguments.GetValue(reset), call.Cancellation));
        });
    }

    private static CliCommand Remove() => new CliCommand("remove", "Removes a message budget, and forgets what was spent.", "parley budget remove agents be-1")
    {
        Kind, Id,
    }.Does(async call =>
    {
        await call.Api.Budgets.RemoveAsync(KindOf(call), call.Arguments.GetRequiredValue(Id), call.Cancellation);
        call.Terminal.Note("Removed.");
        return ExitCode.Done;
    });

    private static Argument<string> MakeKind()
    {
        var kind = new Argument<string>("kind") { Description = "agents, threads, or executions." };
        kind.OneOf(Words.All<BudgetKind>());
        return kind;
    }

    private static BudgetKind KindOf(Call call) => Words.Parse<BudgetKind>(call.Arguments.GetRequiredValue(Kind))!.Value;

    private static ExitCode Tell(Call call, MessageBudget budget)
    {
        if (call.Terminal.Json)
        {
            call.Terminal.WriteJson(budget, WireJson.Lenient.MessageBudget);
            return ExitCode.Done;
        }

        Listing.WriteFacts(call.Terminal, [
            ("budget", $"{Words.Of(budget.Kind)} {budget.Id}"),
            ("status", Words.Of(budget.Status)),
            ("messages", Used(budget.Spent.Messages, budget.Messages, budget.Left.Messages)),
            ("bytes", Used(budget.Spent.Bytes, budget.Bytes, budget.Left.Bytes)),
            ("since", Ago(budget.Since, call.Time)),
            ("warned", Ago(budget.WarnedAt, call.Time)),
            ("spent", Ago(budget.SpentAt, call.Time)),
            ("set by", budget.SetBy),
        ]);
        return ExitCode.Done;
    }

    private static string? Ago(DateTimeOffset? time, TimeProvider clock) =>
        time is { } at ? Listing.Since(at, clock) : null;

    private static string Used(long spent, long? limit, long? left) => limit is { } most
        ? string.Create(CultureInfo.InvariantCulture, $"{spent} of {most}, {left} left")
        : string.Create(CultureInfo.InvariantCulture, $"{spent}, no limit");

    private static IReadOnlyList<string> Row(MessageBudget budget, TimeProvider time) =>
    [
        Words.Of(budget.Kind),
        PlainText.Escape(budget.Id),
        Words.Of(budget.Status),
        Share(budget.Spent.Messages, budget.Messages),
        Share(budget.Spent.Bytes, budget.Bytes),
        Listing.Ago(budget.Since, time),
    ];

    private static string Share(long spent, long? limit) => limit is { } most
        ? string.Create(CultureInfo.InvariantCulture, $"{spent} of {most}")
        : string.Create(CultureInfo.InvariantCulture, $"{spent}");
}
