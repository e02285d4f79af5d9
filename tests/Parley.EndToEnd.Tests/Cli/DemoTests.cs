using System.Text.Json;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>The demos' transcripts: how many, in which order, of which types, in which threads, and streamed as they are stored.</summary>
public sealed class DemoTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task The_squad_demo_sends_seven_messages_in_order()
    {
        var transcript = await PlayAsync("squad");

        Assert.Equal(
            [
                ("demo-pm", "squad:demo-squad", "standup"),
                ("demo-pm", "demo-backend", "task_assignment"),
                ("demo-pm", "demo-frontend", "task_assignment"),
                ("demo-backend", "demo-pm", "acknowledgment"),
                ("demo-frontend", "demo-backend", "question"),
                ("demo-backend", "demo-frontend", "answer"),
                ("demo-frontend", "squad:demo-squad", "acknowledgment"),
            ],
            transcript.Messages.Select(message => (message.SenderId, message.To[0], message.MessageType)));
        Assert.Equal(ExecutionStatus.Completed, transcript.End.Status);
    }

    [Fact]
    public async Task The_squads_assignments_are_tasks_that_are_checked_off_and_stay_completed()
    {
        var text = await server.RunAsync("demo", "squad", "--fast");
        var json = await server.RunAsync("demo", "squad", "--fast", "--json");

        Assert.True(text.ExitCode == 0, text.Error);
        Assert.Contains("✓ Build POST /login (demo-backend)", text.Output, StringComparison.Ordinal);
        Assert.Contains("✓ Build the sign-in form (demo-frontend)", text.Output, StringComparison.Ordinal);
        var done = json.Lines.Select(line => JsonDocument.Parse(line).RootElement).Where(line => line.GetProperty("event").GetString() == "task")
            .Select(line => line.GetProperty("data").Deserialize(WireJson.Lenient.AgentTask)!).ToArray();
        Assert.Equal(["Build POST /login", "Build the sign-in form"], done.Select(task => task.Title));
        foreach (var task in done)
        {
            var stored = await server.RunAsync("tasks", "show", task.TaskId, "--json");
            Assert.Equal(AgentTaskStatus.Completed, JsonSerializer.Deserialize(stored.Output, WireJson.Lenient.AgentTask)!.Status);
        }
    }

    [Fact]
    public async Task The_stream_demo_goes_from_stand_up_to_completion_in_eleven_messages()
    {
        var transcript = await PlayAsync("stream");

        Assert.Equal(
            [
                "standup", "task_assignment", "task_assignment", "acknowledgment", "question", "answer", "status_update",
                "code_review_request", "code_review_feedback", "status_update", "completion_notification",
            ],
            transcript.Messages.Select(message => message.MessageType));
        Assert.Equal((ExecutionStatus.Completed, 100), (transcript.End.Status, transcript.End.Progress));
    }

    [Fact]
    public async Task Answers_are_replies_in_the_same_thread()
    {
        var messages = (await PlayAsync("squad")).Messages;

        var question = Assert.Single(messages, message => message.MessageType == "question");
        var answer = Assert.Single(messages, message => message.MessageType == "answer");
        var assignment = Assert.Single(messages, message => message is { MessageType: "task_assignment", RecipientId: "demo-backend" });
        var acknowledgment = Assert.Single(messages, message => message is { MessageType: "acknowledgment", SenderId: "demo-backend" });
        Assert.Equal((question.MessageId, question.ConversationThreadId), (answer.ReplyTo, answer.ConversationThreadId));
        Assert.Equal((assignment.MessageId, assignment.ConversationThreadId), (acknowledgment.ReplyTo, acknowledgment.ConversationThreadId));
        Assert.Equal(4, messages.Select(message => message.ConversationThreadId).Distinct().Count());
    }

    [Fact]
    public async Task Roles_and_specializations_come_with_every_message()
    {
        var messages = (await PlayAsync("squad")).Messages;

        Assert.All(messages, message => Assert.Equal(
            message.SenderId switch
            {
                "demo-pm" => ("project_manager", null),
                "demo-backend" => ("backend_developer", "python_fastapi"),
                _ => ("frontend_developer", "react"),
            },
            (message.SenderRole, message.SenderSpecialization)));
    }

    [Theory]
    [InlineData("squad")]
    [InlineData("stream")]
    public async Task What_watch_streams_is_what_was_stored(string demo)
    {
        var transcript = await PlayAsync(demo);

        var watched = await server.RunAsync("watch", "--execution", transcript.End.ExecutionId, "--json");

        Assert.Equal(0, watched.ExitCode);
        var lines = watched.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        var streamed = lines.Where(line => line.GetProperty("event").GetString() == "message").Select(line => line.GetProperty("data"));
        Assert.Equal(transcript.Messages.Select(Text), streamed.Select(data => Text(data.Deserialize(WireJson.Lenient.Message)!)));
        Assert.Equal("completion", lines[^1].GetProperty("event").GetString());
    }

    [Fact]
    public async Task The_actors_leave_nothing_in_their_mailboxes()
    {
        await PlayAsync("squad");

        var agents = await server.RunAsync("agents", "--json");

        var page = JsonSerializer.Deserialize(agents.Output, WireJson.Lenient.PageAgent)!;
        var actors = page.Items.Where(agent => agent.AgentId.StartsWith("demo-", StringComparison.Ordinal)).ToArray();
        Assert.Equal(3, actors.Length);
        Assert.All(actors, agent => Assert.Equal(new MailboxCounts(), agent.Mailbox));
    }

    [Fact]
    public async Task Text_names_what_to_watch_before_the_first_message()
    {
        var run = await server.RunAsync("demo", "stream", "--fast");

        Assert.Equal(0, run.ExitCode);
        var hint = run.Output.IndexOf("parley watch --execution ", StringComparison.Ordinal);
        Assert.InRange(hint, 0, run.Output.IndexOf("standup", StringComparison.Ordinal));
        Assert.DoesNotContain('\u001b', run.Output);
    }

    private async Task<Transcript> PlayAsync(string demo)
    {
        var run = await server.RunAsync("demo", demo, "--fast", "--json");
        Assert.True(run.ExitCode == 0, run.Error);
        var lines = run.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        var messages = lines.Where(line => line.GetProperty("event").GetString() == "message");
        return new Transcript(
            [.. messages.Select(line => line.GetProperty("data").Deserialize(WireJson.Lenient.Message)!)],
            lines[^1].GetProperty("data").Deserialize(WireJson.Lenient.Execution)!);
    }

    private static string Text(Message message) => JsonSerializer.Serialize(message, WireJson.Lenient.Message);

    private sealed record Transcript(IReadOnlyList<Message> Messages, Execution End);
}
