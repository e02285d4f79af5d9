using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley answer QUESTION ANSWER</c></summary>
internal static class AnswerCommand
{
    public static Command Create()
    {
        var question = new Argument<string>("question") { Description = "The question's id, or its number in 'parley inbox --human'." };
        var answer = new Argument<string>("answer") { Description = "With options: one of them, or its number. Otherwise, any text." };
        var note = new Option<string?>("--note") { Description = "A remark for the agent.", HelpName = "TEXT" };
        return new CliCommand("answer", "Answers a question of an agent. Exit code 7 if somebody else has answered it.",
            "parley answer 1060 2", "parley answer 0199e1c1-0000-7000-8000-000000000950 postgres --note \"Use the one in staging.\"")
        {
            question, answer, note,
        }.Does(async call =>
        {
            await call.ActAsync();
            var answered = await call.Api.Questions.AnswerAsync(
                call.Arguments.GetRequiredValue(question), call.Arguments.GetRequiredValue(answer), call.Arguments.GetValue(note), call.Cancellation);
            if (call.Terminal.Json)
                call.Terminal.WriteJson(answered, WireJson.Lenient.Question);
            else
                call.Terminal.WriteLine($"Answered {QuestionView.AskerOf(answered, "the step")}: {PlainText.Line(answered.Answer, 200)}");
            return ExitCode.Done;
        });
    }
}
