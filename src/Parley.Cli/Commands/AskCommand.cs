using System.CommandLine;
using Parley.Cli.CommandLine;
using Parley.Cli.Output;
using Parley.Protocol;

namespace Parley.Cli.Commands;

/// <summary><c>parley ask TEXT</c></summary>
internal static class AskCommand
{
    public static Command Create()
    {
        var text = new Argument<string>("text") { Description = "The question." };
        var options = new Option<string[]>("--option") { Description = "A possible answer; repeat it for each. Any text is an answer if omitted.", HelpName = "TEXT" };
        var usual = new Option<string?>("--default") { Description = "The answer if nobody gives one by the deadline.", HelpName = "ANSWER" };
        var deadline = Moments.Ahead("--deadline", "Until when somebody can answer", TimeProvider.System);
        var people = new Option<string[]>("--escalate") { Description = "Whom to ask, one after the other: 'human', or an agent; repeat it for each. The operators if omitted.", HelpName = "WHO" };
        var step = Numbers.Optional(
            "--escalate-after", "Seconds without an answer until the next one is asked too.", "S", 1, 31_622_400, "a whole number from 1 to 31622400");
        var task = new Option<string?>("--task") { Description = "The task that it is about. When the task ends, the question is withdrawn.", HelpName = "TASK" };
        var thread = new Option<string?>("--thread") { Description = "The conversation to ask it in.", HelpName = "THREAD" };
        var note = new Option<string?>("--note") { Description = "What a person should know to answer it.", HelpName = "TEXT" };
        var noWait = new Option<bool>("--no-wait") { Description = "Print the question's id instead of waiting for the answer, which comes as a message." };
        return new CliCommand("ask", "Asks a person, waits, and prints the answer. Exit code 4 if nobody answers by the deadline and there is no default; 7 if the question is withdrawn.",
            "parley ask \"Which database?\" --option sqlite --option postgres --default sqlite --deadline 10m --as be-1",
            "parley ask \"What is the name of the new server?\" --as be-1 --no-wait")
        {
            text, options, usual, deadline, people, step, task, thread, note, noWait,
        }.Does(async call =>
        {
            var arguments = call.Arguments;
            var request = new QuestionRequest
            {
                Content = arguments.GetRequiredValue(text),
                Options = arguments.GetValue(options) is { Length: > 0 } values ? [.. values.Select(value => new QuestionOption { Value = value })] : null,
                Default = arguments.GetValue(usual),
                Deadline = arguments.GetValue(deadline),
                Escalation = arguments.GetValue(people) is { Length: > 0 } asked ? asked : null,
                EscalateAfterSeconds = arguments.GetValue(step),
                TaskId = arguments.GetValue(task),
                ThreadId = arguments.GetValue(thread),
                Note = arguments.GetValue(note),
                AgentId = call.Reader == Call.Operators ? null : call.Reader,
            };
            await call.ActAsync();
            var question = await call.Api.Questions.AskAsync(request, call.Cancellation);
            if (arguments.GetValue(noWait))
            {
                if (call.Terminal.Json)
                    call.Terminal.WriteJson(question, WireJson.Lenient.Question);
                else
                    call.Terminal.WriteLine(question.QuestionId);
                return ExitCode.Done;
            }

            call.Terminal.Note($"Waiting for an answer to the question {question.QuestionId}. It stays open if you stop waiting.");
            return QuestionView.ShowEnd(call, await QuestionView.WaitAsync(call, question.QuestionId));
        });
    }
}
