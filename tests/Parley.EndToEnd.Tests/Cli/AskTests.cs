using System.Globalization;
using System.Text.Json;
using Parley.EndToEnd.Tests.Durability;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary><c>parley ask</c> in one terminal, and a person in another.</summary>
public sealed class AskTests(RunningServer server) : IClassFixture<RunningServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_that_asks_has_the_answer_although_the_server_is_killed_meanwhile()
    {
        using var ask = System.Diagnostics.Process.Start(
            Binary.Command(server.Environment, "ask", "Which database?", "--option", "sqlite", "--option", "postgres", "--as", "ask-1"))!;
        var question = await OpenAsync("ask-1");

        var shown = (await server.RunAsync("inbox", "--human")).Lines;
        Assert.Contains(shown, line => line.StartsWith($"{question.Number}  ask-1 asks", StringComparison.Ordinal));
        Assert.Contains(shown, line => line.Trim() == "2  postgres");
        Assert.Contains((await server.RunAsync("agents")).Lines, line => line.StartsWith("ask-1", StringComparison.Ordinal) && line.Contains("blocked_on_human", StringComparison.Ordinal));
        await server.RestartAsync();
        var number = question.Number.ToString(CultureInfo.InvariantCulture);
        var wrong = await server.RunAsync("answer", number, "3");
        var answered = await server.RunAsync("answer", number, "2", "--note", "In staging.");
        var again = await server.RunAsync("answer", question.QuestionId, "1");

        var (output, error) = (ask.StandardOutput.ReadToEndAsync(Cancel), ask.StandardError.ReadToEndAsync(Cancel));
        await ask.WaitForExitAsync(Cancel).WaitAsync(Patience, Cancel);
        Assert.Equal((0, "postgres"), (ask.ExitCode, (await output).Trim()));
        Assert.Contains("Answered by human. Note: In staging.", await error, StringComparison.Ordinal);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("expected 1 (sqlite), 2 (postgres)", wrong.Error, StringComparison.Ordinal);
        Assert.Equal("Answered ask-1: postgres", Assert.Single(answered.Lines));
        Assert.Equal(7, again.ExitCode);
        Assert.Contains("was answered by 'human' at", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_answer_the_default_is_printed_and_without_a_default_the_exit_code_says_so()
    {
        var usual = await server.RunAsync("ask", "May I?", "--option", "yes", "--option", "no", "--default", "2", "--deadline", "1s", "--as", "ask-2");
        var none = await server.RunAsync("ask", "May I?", "--deadline", "1s", "--as", "ask-2");

        Assert.Equal((0, "no"), (usual.ExitCode, usual.Output.Trim()));
        Assert.Contains("this is the default", usual.Error, StringComparison.Ordinal);
        Assert.Equal((4, ""), (none.ExitCode, none.Output));
    }

    [Fact]
    public async Task A_question_is_asked_without_waiting_shown_and_withdrawn()
    {
        var id = Assert.Single((await server.RunAsync("ask", "What is it called?", "--as", "ask-3", "--no-wait")).Lines);

        Assert.Contains((await server.RunAsync("questions", "show", id)).Lines, line => line.StartsWith("waiting for", StringComparison.Ordinal) && line.EndsWith("human", StringComparison.Ordinal));
        Assert.Equal(0, (await server.RunAsync("questions", "withdraw", id, "--as", "ask-3")).ExitCode);
        Assert.Equal(7, (await server.RunAsync("questions", "show", id, "--wait")).ExitCode);
        Assert.Contains((await server.RunAsync("questions", "list", "--status", "withdrawn", "--agent", "ask-3")).Lines, line => line.Contains("What is it called?", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, "default: needs a deadline", "ask", "x", "--default", "y")]
    [InlineData(2, "--deadline takes how far ahead it is", "ask", "x", "--deadline", "soon")]
    [InlineData(2, "default: is 'c'; expected 1 (a), 2 (b)", "ask", "x", "--option", "a", "--option", "b", "--default", "c", "--deadline", "1h")]
    [InlineData(3, "There is no agent 'nobody'.", "ask", "x", "--escalate", "nobody")]
    [InlineData(3, "There is no question '9'.", "answer", "9", "x")]
    [InlineData(2, "--human shows questions", "inbox", "--human", "--ack")]
    public async Task What_is_wrong_is_one_sentence(int exitCode, string sentence, params string[] arguments)
    {
        var run = await server.RunAsync(arguments);

        Assert.Equal((exitCode, ""), (run.ExitCode, run.Output));
        Assert.StartsWith($"parley: {sentence}", run.Error, StringComparison.Ordinal);
    }

    private async Task<Question> OpenAsync(string agent)
    {
        while (true)
        {
            var page = JsonSerializer.Deserialize((await server.RunAsync("questions", "list", "--status", "open", "--agent", agent, "--json")).Output, WireJson.Lenient.PageQuestion)!;
            if (page.Items is [var question])
                return question;
            await Until.NextAttemptAsync(Cancel);
        }
    }
}
