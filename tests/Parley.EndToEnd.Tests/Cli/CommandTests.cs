using System.Text.Json;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>Each command once, as a person or a script would use it.</summary>
public sealed class CommandTests(RunningServer server) : IClassFixture<RunningServer>, IAsyncLifetime
{
    private const string Agent = "demo-backend";

    public async ValueTask InitializeAsync()
    {
        var run = await server.CastAsync();
        Assert.True(run.ExitCode == 0, run.Error);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_message_waits_in_the_inbox_until_it_is_acknowledged()
    {
        var sent = await server.RunAsync("send", Agent, "The build is red.", "--priority", "3", "--json");
        var id = JsonSerializer.Deserialize(sent.Output, WireJson.Lenient.SendAnswer)!.MessageId;

        Assert.Contains(id, (await server.RunAsync("inbox", "--as", Agent)).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await server.RunAsync("ack", id, "--as", Agent)).ExitCode);
        Assert.DoesNotContain(id, (await server.RunAsync("inbox", "--as", Agent)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_reply_settles_what_it_answers_unless_it_is_kept(bool isKept)
    {
        var agent = isKept ? "keeper-1" : "replier-1";
        await server.RunAsync("register", agent);
        var sent = await server.RunAsync("send", agent, "Which port?", "--json");
        var id = JsonSerializer.Deserialize(sent.Output, WireJson.Lenient.SendAnswer)!.MessageId;
        string[] keep = isKept ? ["--keep"] : [];

        var replied = await server.RunAsync(["send", "human", "8080", "--as", agent, "--reply-to", id, .. keep]);

        Assert.True(replied.ExitCode == 0, replied.Error);
        Assert.Equal(isKept, (await server.RunAsync("inbox", "--as", agent)).Output.Contains(id, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ack_as_the_wrong_agent_says_whose_message_it_is_and_settles_nothing()
    {
        await server.RunAsync("register", "owner-1");
        var sent = await server.RunAsync("send", "owner-1", "Yours.", "--json");
        var id = JsonSerializer.Deserialize(sent.Output, WireJson.Lenient.SendAnswer)!.MessageId;

        var refused = await server.RunAsync("ack", id);

        Assert.Equal((3, ""), (refused.ExitCode, refused.Output));
        Assert.Equal(
            [$"parley: Message {id} is not in the inbox of human, but in that of owner-1.", $"  Name the agent: parley ack {id} --as owner-1"],
            refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(id, (await server.RunAsync("inbox", "--as", "owner-1")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await server.RunAsync("ack", id, "--as", "owner-1")).ExitCode);
    }

    [Fact]
    public async Task An_unknown_message_is_reported_once()
    {
        var refused = await server.RunAsync("ack", "0199e1c2-0000-7000-8000-000000000000");

        Assert.Equal(3, refused.ExitCode);
        Assert.Equal("parley: There is no message '0199e1c2-0000-7000-8000-000000000000'.", refused.Error.Trim());
    }

    [Fact]
    public async Task A_payload_needs_no_text_and_nothing_at_all_is_refused()
    {
        await server.RunAsync("register", "payload-1");

        var sent = await server.RunAsync("send", "payload-1", "--payload", "{\"file\": \"login.py\"}", "--json");
        var nothing = await server.RunAsync("send", "payload-1");

        Assert.True(sent.ExitCode == 0, sent.Error);
        Assert.Contains("login.py", (await server.RunAsync("inbox", "--as", "payload-1", "--json")).Output, StringComparison.Ordinal);
        Assert.Equal((2, ""), (nothing.ExitCode, nothing.Output));
        Assert.Contains("the text is missing", nothing.Error, StringComparison.Ordinal);
        Assert.Contains("--payload", nothing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_task_shows_who_it_was_assigned_to_and_who_completed_it()
    {
        await server.RunAsync("register", "worker-1");
        var made = await server.RunAsync("tasks", "create", "Build the form", "--json");
        Assert.True(made.ExitCode == 0, made.Error);
        var id = JsonSerializer.Deserialize(made.Output, WireJson.Lenient.AgentTask)!.TaskId;
        await server.RunAsync("tasks", "assign", id, "worker-1");

        Assert.Contains("assigned to worker-1", (await server.RunAsync("tasks", "show", id)).Output, StringComparison.Ordinal);
        await server.RunAsync("tasks", "complete", id);
        Assert.Contains("completed by worker-1", (await server.RunAsync("tasks", "show", id)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HIGH", Priority.High)]
    [InlineData("low", Priority.Low)]
    [InlineData("Urgent", Priority.Critical)]
    [InlineData("4", Priority.Critical)]
    public async Task A_priority_is_a_word_or_a_number(string word, Priority priority)
    {
        var agent = $"priority-{word}";
        Assert.Equal(0, (await server.RunAsync("register", agent)).ExitCode);
        Assert.Equal(0, (await server.RunAsync("send", agent, "Now.", "--priority", word)).ExitCode);

        var inbox = await server.RunAsync("inbox", "--as", agent, "--json");

        Assert.Equal(priority, Assert.Single(JsonSerializer.Deserialize(inbox.Output, WireJson.Lenient.Inbox)!.Items).Message.Priority);
    }

    [Fact]
    public async Task Memory_entries_are_set_read_listed_changed_by_version_and_deleted()
    {
        var set = await server.RunAsync("memory", "set", "plan/login page", "{\"step\": 1}", "--if-version", "0", "--json");
        var entry = JsonSerializer.Deserialize(set.Output, WireJson.Lenient.MemoryEntry)!;

        Assert.Equal("{\"step\": 1}", (await server.RunAsync("memory", "get", "plan/login page")).Output.Trim().Replace("\":1", "\": 1", StringComparison.Ordinal));
        Assert.Contains("plan/login page", (await server.RunAsync("memory", "list", "plan/")).Output, StringComparison.Ordinal);
        Assert.Equal(7, (await server.RunAsync("memory", "set", "plan/login page", "done", "--if-version", "0")).ExitCode);
        Assert.Equal(0, (await server.RunAsync("memory", "set", "plan/login page", "done", "--if-version", $"{entry.Version}")).ExitCode);
        Assert.Equal("done", (await server.RunAsync("memory", "get", "plan/login page")).Output.Trim());
        Assert.Equal(0, (await server.RunAsync("memory", "delete", "plan/login page")).ExitCode);
        Assert.Equal(3, (await server.RunAsync("memory", "get", "plan/login page")).ExitCode);
    }

    [Fact]
    public async Task Inbox_with_ack_takes_what_it_prints()
    {
        await server.RunAsync("send", "demo-frontend", "One.");
        await server.RunAsync("send", "demo-frontend", "Two.");

        var taken = await server.RunAsync("inbox", "--as", "demo-frontend", "--ack", "--json");

        Assert.Equal(0, taken.ExitCode);
        var inbox = JsonSerializer.Deserialize(taken.Output, WireJson.Lenient.Inbox)!;
        Assert.Equal(["One.", "Two."], inbox.Items.Select(item => item.Message.Content));
        Assert.Equal(4, (await server.RunAsync("inbox", "--as", "demo-frontend", "--wait", "1")).ExitCode);
    }

    [Fact]
    public async Task An_agent_that_writes_to_a_person_reaches_the_operators_inbox()
    {
        var sent = await server.RunAsync("send", "human", "May I delete the database?", "--as", Agent, "--json");
        var id = JsonSerializer.Deserialize(sent.Output, WireJson.Lenient.SendAnswer)!.MessageId;

        Assert.Contains(id, (await server.RunAsync("inbox")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await server.RunAsync("ack", id)).ExitCode);
    }

    [Fact]
    public async Task A_text_may_come_from_standard_input_and_begin_with_anything()
    {
        var piped = await Binary.RunAsync(
            server.Environment, ["send", "demo-pm", "-", "--json"], TestContext.Current.CancellationToken, input: "@all: --now");

        Assert.Equal(0, piped.ExitCode);
        Assert.Contains("@all: --now", (await server.RunAsync("inbox", "--as", "demo-pm", "--ack")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await server.RunAsync("send", "demo-pm", "@home")).ExitCode);
        Assert.Equal(0, (await server.RunAsync("send", "demo-pm", "--", "--verbose")).ExitCode);
    }

    [Fact]
    public async Task Text_from_agents_cannot_control_the_terminal()
    {
        await server.RunAsync("send", "demo-pm", "\u001b[31mred\u001b[0m \u202Eevil \u200Bhid\U000E0041den :warning: 👩\u200D💻", "--type", "steer");

        var shown = await server.RunAsync("inbox", "--as", "demo-pm", "--ack");

        Assert.DoesNotContain('\u001b', shown.Output);
        Assert.Contains("<U+001B>[31mred<U+001B>[0m <U+202E>evil <U+200B>hid<U+E0041>den :warning: 👩\u200D💻", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_shows_what_is_known_and_what_is_not()
    {
        var sent = await server.RunAsync("send", Agent, "Traced.");

        var trace = await server.RunAsync("trace", sent.Lines[0]);

        Assert.Equal(0, trace.ExitCode);
        Assert.Matches("✓ queued", trace.Output);
        Assert.Matches("· delivered .*still waiting", trace.Output);
    }

    [Fact]
    public async Task Threads_are_listed_and_opened()
    {
        var list = await server.RunAsync("threads", "--json");
        var thread = JsonSerializer.Deserialize(list.Output, WireJson.Lenient.PageThreadSummary)!.Items[0];

        var opened = await server.RunAsync("threads", thread.ConversationThreadId, "--json");

        Assert.Equal(thread.Messages, JsonSerializer.Deserialize(opened.Output, WireJson.Lenient.ThreadView)!.Items.Count);
        Assert.Contains(thread.ConversationThreadId, (await server.RunAsync("threads")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_opens_what_it_is_for_until_it_is_revoked()
    {
        var made = await server.RunAsync("token", "create", "--kind", "observer", "--expires-in", "1h", "--json");
        var token = JsonSerializer.Deserialize(made.Output, WireJson.Lenient.NewToken)!;
        var observer = new Dictionary<string, string> { ["PARLEY_TOKEN"] = token.Token };

        Assert.Equal(0, (await server.RunAsync(observer, "agents")).ExitCode);
        Assert.Equal(5, (await server.RunAsync(observer, "send", Agent, "I only watch.")).ExitCode);
        Assert.Contains(token.TokenId, (await server.RunAsync("token", "list")).Output, StringComparison.Ordinal);
        Assert.Equal(0, (await server.RunAsync("token", "revoke", token.TokenId)).ExitCode);
        Assert.Equal(5, (await server.RunAsync(observer, "agents")).ExitCode);
    }

    [Fact]
    public async Task Doctor_finds_a_running_server_well()
    {
        var run = await server.RunAsync("doctor", "--json");

        Assert.True(run.ExitCode == 0, run.Output);
        var diagnosis = JsonDocument.Parse(run.Output).RootElement;
        Assert.True(diagnosis.GetProperty("ok").GetBoolean());
        Assert.Subset(
            diagnosis.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty("check").GetString()).ToHashSet(),
            new HashSet<string?> { "runtime", "data folder", "disk space", "sqlite", "server", "version", "token", "clock" });
    }
}
