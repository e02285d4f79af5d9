using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley questions list|show|withdraw</c></summary>
internal static class QuestionsCommand
{
    private static readonly Argument<string> Id = new("question") { Description = "The question's id, or its number." };

    public static Command Create() => new CliCommand("questions", "Lists, shows, and withdraws questions to people.") { List(), Show(), Withdraw() };

    private static CliCommand List()
    {
        var status = new Option<string?>("--status") { Description = "Only those with this status." };
        status.OneOf(Words.All<QuestionStatus>());
        var agent = new Option<string?>("--agent") { Description = "Only those of this agent.", HelpName = "AGENT" };
        var limit = Numbers.Limit("--limit", 50);
        return new CliCommand("list", "Lists questions and their answers, newest first.", "parley questions list --status answered", "parley questions list --agent be-1 --json")
        {
            status, agent, limit,
        }.Does(async call =>
        {
            await call.ActAsync();
            var page = await call.Api.Questions.ListAsync(
                call.Arguments.GetValue(status), call.Arguments.GetValue(agent), call.Arguments.GetValue(limit), after: null, call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(page, WireJson.Lenient.PageQuestion);
            else
                Listing.WritePage(call.Terminal, ["number", "agent", "status", "question", "answer"], page, QuestionView.Row, "No questions.");
            return ExitCode.Done;
        });
    }

    private static CliCommand Show()
    {
        var wait = new Option<bool>("--wait") { Description = "Wait until it is no longer open, and print the answer, as 'parley ask' does." };
        return new CliCommand("show", "Shows a question.", "parley questions show 1060", "parley questions show 0199e1c1-0000-7000-8000-000000000950 --wait")
        {
            Id, wait,
        }.Does(async call =>
        {
            await call.ActAsync();
            var id = call.Arguments.GetRequiredValue(Id);
            if (call.Arguments.GetValue(wait))
                return QuestionView.ShowEnd(call, await QuestionView.WaitAsync(call, id));
            var question = await call.Api.Questions.GetAsync(id, cancellationToken: call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(question, WireJson.Lenient.Question);
            else
                QuestionView.ShowFacts(call, question);
            return ExitCode.Done;
        });
    }

    private static CliCommand Withdraw() => new CliCommand(
        "withdraw", "Withdraws a question: its answer is no longer needed. Exit code 7 if it has been answered.", "parley questions withdraw 1060 --as be-1")
    {
        Id,
    }.Does(async call =>
    {
        await call.ActAsync();
        var withdrawn = await call.Api.Questions.WithdrawAsync(call.Arguments.GetRequiredValue(Id), call.Cancellation);
        if (call.Terminal.Json)
            call.Terminal.WriteJson(withdrawn, WireJson.Lenient.Question);
        else
            call.Terminal.WriteLine($"{withdrawn.QuestionId} withdrawn");
        return ExitCode.Done;
    });
}
