using System.Net;
using System.Text.Json.Nodes;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Parley.Server.Tests.Storms;
using Parley.Server.Wakes;
using Xunit;

namespace Parley.Server.Tests.Hooks;

/// <summary>From a mailbox into a model's context, by the hooks of its harness.</summary>
public abstract class HookTests(StorageUnderTest storage)
{
    [Fact]
    public async Task A_message_stands_before_the_model_once_and_counts_as_read_only_when_that_is_proven()
    {
        await using var team = await Team.StartAsync(storage);
        await team.Claude.StartAsync();
        var sent = await team.SayAsync("The build is red.");

        await team.Claude.PromptAsync();
        Assert.Contains("The build is red.", Assert.Single(team.Claude.Requests));
        var given = await team.DeliveryAsync(sent);
        Assert.Equal((DeliveryState.Leased, null), (given.State, given.SurfacedAt));

        await team.Claude.UseToolsAsync();
        await team.Claude.StopAsync();

        var read = await team.DeliveryAsync(sent);
        Assert.Equal(DeliveryState.Acknowledged, read.State);
        Assert.NotNull(read.SurfacedAt);
        Assert.Equal(SurfaceEvidence.NextEvent, read.Evidence);
        Assert.Equal(1, Count(team.Claude.All, "The build is red."));
    }

    [Fact]
    public async Task What_comes_while_the_model_works_is_given_after_the_batch_of_tools_and_not_after_each_tool()
    {
        await using var team = await Team.StartAsync(storage);
        await team.Claude.PromptAsync();
        await team.SayAsync("Stop using port 8080.", Surface.NextBoundary);

        await team.Claude.UseToolsAsync(count: 5);

        Assert.Contains("Stop using port 8080.", team.Claude.Requests[^1]);
        Assert.Equal(1, Count(team.Claude.All, "Stop using port 8080."));
    }

    [Fact]
    public async Task What_can_wait_is_given_when_the_turn_ends_and_what_is_to_be_fetched_is_never_given()
    {
        await using var team = await Team.StartAsync(storage);
        await team.Claude.PromptAsync();
        await team.SayAsync("Fetch me.", Surface.Pull);
        await team.SayAsync("No hurry.", Surface.WhenIdle);

        await team.Claude.UseToolsAsync();
        Assert.DoesNotContain("No hurry.", team.Claude.All);
        Assert.False(await team.Claude.StopAsync());

        Assert.Contains("No hurry.", team.Claude.Requests[^1]);
        Assert.Contains("1 more message waits.", team.Claude.Requests[^1]);
        Assert.True(await team.Claude.StopAsync());
        Assert.DoesNotContain("Fetch me.", team.Claude.All);
    }

    [Fact]
    public async Task A_message_that_an_interrupted_turn_had_is_given_again_and_says_so()
    {
        await using var team = await Team.StartAsync(storage);
        await team.Claude.PromptAsync();
        var sent = await team.SayAsync("Use the new key.", Surface.NextBoundary);
        await team.Claude.RunToolsThenInterruptAsync();
        Assert.DoesNotContain("Use the new key.", team.Claude.All);

        await team.Claude.PromptAsync();

        Assert.Contains("again=\"true\"", team.Claude.Requests[^1]);
        Assert.Contains("Use the new key.", team.Claude.Requests[^1]);
        Assert.Null((await team.DeliveryAsync(sent)).SurfacedAt);
        await team.Claude.StopAsync();
        Assert.Equal((DeliveryState.Acknowledged, 1), ((await team.DeliveryAsync(sent)).State, (await team.DeliveryAsync(sent)).Attempt));
    }

    [Fact]
    public async Task A_prompt_that_is_typed_while_the_model_works_is_of_the_same_turn_which_has_its_mail_already()
    {
        await using var team = await Team.StartAsync(storage);
        await team.Claude.PromptAsync();
        var sent = await team.SayAsync("Use the new key.", Surface.NextBoundary);

        await team.Claude.UseToolsAndQueueAsync("And hurry.");

        Assert.Equal(1, Count(team.Claude.All, "Use the new key."));
        await team.Claude.StopAsync();
        Assert.Equal((DeliveryState.Acknowledged, 1), ((await team.DeliveryAsync(sent)).State, (await team.DeliveryAsync(sent)).Attempt));
    }

    [Fact]
    public async Task Without_any_proof_the_message_is_queued_again_when_its_lease_lapses()
    {
        await using var team = await Team.StartAsync(storage);
        await team.Claude.PromptAsync("Nothing yet.");
        await team.Claude.StopAsync();
        var sent = await team.SayAsync("Are you there?");
        await team.Claude.PromptAsync();

        await Polling.UntilAsync(() => "it is queued again", async () =>
        {
            team.Host.Clock.Advance(TimeSpan.FromMinutes(1));
            return (await team.DeliveryAsync(sent)).State == DeliveryState.Queued;
        });

        var next = new FakeClaude(team.Host, team.Token, "another session");
        await next.PromptAsync();
        Assert.Contains("again=\"true\"", next.All);
    }

    [Fact]
    public async Task What_is_to_interrupt_refuses_one_tool_where_the_operator_lets_it_and_waits_for_the_boundary_elsewhere()
    {
        await using var team = await Team.StartAsync(storage);
        await team.Claude.PromptAsync();
        await team.SayAsync("After this tool.", Surface.NextBoundary);
        var sent = await team.SayAsync("Do not push!", Surface.Interrupt);
        const string tool = """{"hook_event_name": "PreToolUse", "session_id": "first session", "tool_name": "Bash"}""";

        Assert.Equal("{}", (await team.CallAsync(tool)).Text);
        var refused = JsonNode.Parse((await team.CallAsync(tool, "?interrupt=true")).Text)!["hookSpecificOutput"]!;
        Assert.Equal("{}", (await team.CallAsync(tool, "?interrupt=true")).Text);

        Assert.Equal(("PreToolUse", "deny"), ((string?)refused["hookEventName"], (string?)refused["permissionDecision"]));
        var reason = (string?)refused["permissionDecisionReason"];
        Assert.Contains("Do not push!", reason);
        Assert.DoesNotContain("After this tool.", reason);
        Assert.EndsWith("The call was not run; repeat it if it is still right.\n", reason);
        // Other tools of the same answer may run before the model reads it.
        await team.Claude.UseToolsAsync();
        Assert.Null((await team.DeliveryAsync(sent)).SurfacedAt);
        await team.Claude.StopAsync();
        Assert.NotNull((await team.DeliveryAsync(sent)).SurfacedAt);
    }

    [Theory]
    [InlineData("codex", "PreToolUse", """{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"deny","permissionDecisionReason":""")]
    [InlineData("copilot", "PreToolUse", """{"permissionDecision":"deny","permissionDecisionReason":""")]
    [InlineData("gemini", "BeforeTool", """{"decision":"deny","reason":""")]
    public async Task Each_harness_is_told_in_its_own_words_to_refuse_a_tool(string harness, string moment, string start)
    {
        await using var team = await Team.StartAsync(storage);
        await team.SayAsync("Stop!", Surface.Interrupt);

        var answer = await team.Host.SendAsync(
            HttpMethod.Post, $"/api/v1/hooks/{harness}?interrupt=true", team.Token, $$"""{"hook_event_name": "{{moment}}", "session_id": "s"}""");

        Assert.StartsWith(start, answer.Text);
    }

    [Fact]
    public async Task The_sender_learns_what_hooks_and_wakers_make_of_its_message()
    {
        await using var team = await Team.StartAsync(storage);
        Assert.Equal((Outlook.HeldUntilBack, null), (await team.OutlookAsync("next_boundary"), (await team.AgentAsync()).Harness));

        await team.Claude.StartAsync();
        Assert.Equal(("claude", "first session"), (await team.AgentAsync()).Harness is { } harness ? (harness.Name, harness.SessionId) : default);
        Assert.Equal(Outlook.NextTurn, await team.OutlookAsync("next_boundary"));
        await team.Claude.PromptAsync();
        Assert.Equal((Outlook.NextBoundary, Outlook.WhenIdle), (await team.OutlookAsync("next_boundary"), await team.OutlookAsync("when_idle")));
        Assert.Equal(Outlook.OnPull, await team.OutlookAsync("pull"));
        while (!await team.Claude.StopAsync())
        {
        }

        await team.Host.SendAsync(HttpMethod.Post, "/api/v1/wakes/next", team.Token, """{"way": "waiter"}""");
        Assert.Equal(WakeWay.Waiter, (await team.AgentAsync()).Wake);
        Assert.Equal(Outlook.WhenIdle, await team.OutlookAsync("when_idle"));
        await Polling.UntilAsync(() => "the waker has been gone for long", async () =>
        {
            team.Host.Clock.Advance(TimeSpan.FromSeconds(1));
            return (await team.AgentAsync()).Wake is null;
        });
        await team.Claude.CallAsync("SessionEnd", []);
        Assert.Equal((Outlook.OnPull, null), (await team.OutlookAsync("next_boundary"), (await team.AgentAsync()).Harness));
    }

    [Fact]
    public async Task A_turn_that_mail_puts_off_goes_on_and_the_agent_is_not_idle()
    {
        await using var team = await Team.StartAsync(storage);
        await team.Claude.PromptAsync("Nothing yet.");
        await team.SayAsync("One more thing.");

        Assert.False(await team.Claude.StopAsync());
        Assert.Equal(AgentActivity.Working, (await team.AgentAsync()).Activity);

        Assert.True(await team.Claude.StopAsync());
        Assert.Equal(AgentActivity.Idle, (await team.AgentAsync()).Activity);
    }

    [Fact]
    public async Task Mail_that_waits_when_a_session_starts_can_wake_it()
    {
        await using var team = await Team.StartAsync(storage);
        var sent = await team.SayAsync("Good morning.");

        await team.Claude.StartAsync();

        Assert.Equal(DeliveryState.Queued, (await team.DeliveryAsync(sent)).State);
        Assert.True(await team.Claude.PromptAsync(WakeRules.Text(1)));
        Assert.Contains("Good morning.", team.Claude.Requests[^1]);
    }

    [Fact]
    public async Task A_session_that_is_compacted_in_the_middle_of_a_turn_is_given_what_came()
    {
        await using var team = await Team.StartAsync(storage);
        await team.Claude.PromptAsync("Nothing yet.");
        await team.SayAsync("While you were compacted.", Surface.NextBoundary);

        await team.Claude.StartAsync("compact");
        await team.Claude.UseToolsAsync();

        Assert.Equal(1, Count(team.Claude.All, "While you were compacted."));
        Assert.Equal(AgentActivity.Working, (await team.AgentAsync()).Activity);
    }

    [Fact]
    public async Task A_session_that_was_superseded_takes_no_wake_and_says_nothing_of_the_agent()
    {
        await using var team = await Team.StartAsync(storage);
        await team.Claude.StartAsync();
        var newer = new FakeClaude(team.Host, team.Token, "newer");
        await newer.StartAsync();
        await newer.PromptAsync();
        await team.SayAsync("For the newer one.", Surface.WhenIdle);

        Assert.False(await team.Claude.PromptAsync(WakeRules.Text(1)));
        await team.Claude.StopAsync();

        Assert.Equal(AgentActivity.Working, (await team.AgentAsync()).Activity);
        Assert.Empty(team.Claude.All);
    }

    [Fact]
    public async Task When_a_newer_session_ends_the_earlier_one_gets_the_mail_again()
    {
        await using var team = await Team.StartAsync(storage);
        await team.Claude.StartAsync();
        await team.Claude.PromptAsync();
        var shorter = new FakeClaude(team.Host, team.Token, "of one prompt");
        await shorter.StartAsync();
        await shorter.PromptAsync();
        await shorter.CallAsync("SessionEnd", []);
        await team.SayAsync("Back to you.", Surface.NextBoundary);

        await team.Claude.UseToolsAsync();
        await shorter.CallAsync("SessionEnd", []);

        Assert.Contains("Back to you.", team.Claude.Requests[^1]);
        Assert.Equal("first session", (await team.AgentAsync()).Harness?.SessionId);
    }

    [Fact]
    public async Task An_agent_stays_online_while_a_tool_runs_for_minutes()
    {
        await using var team = await Team.StartAsync(storage);
        await team.Claude.PromptAsync();
        var monitor = team.Host.Get<AgentDirectory>();

        team.Host.Clock.Advance(TimeSpan.FromMinutes(10));
        await monitor.LapseAsync(team.Host.Clock.GetUtcNow() - TimeSpan.FromMinutes(1));
        Assert.Equal((AgentStatus.Online, AgentActivity.Working), ((await team.AgentAsync()).Status, (await team.AgentAsync()).Activity));

        team.Host.Clock.Advance(TimeSpan.FromMinutes(10));
        await monitor.LapseAsync(team.Host.Clock.GetUtcNow() - TimeSpan.FromMinutes(1));
        Assert.Equal(AgentStatus.Offline, (await team.AgentAsync()).Status);
    }

    [Fact]
    public async Task The_end_of_a_turn_that_a_wake_began_is_let_be()
    {
        await using var team = await Team.StartAsync(storage);
        await team.SayAsync("Wake up.");
        await team.CallGeminiAsync("BeforeAgent", WakeRules.Text(1));

        // This harness tells the prompt again at the end of the turn, and would begin another for each block.
        Assert.Equal("{}", await team.CallGeminiAsync("AfterAgent", WakeRules.Text(1)));
        Assert.Equal(AgentActivity.Idle, (await team.AgentAsync()).Activity);
    }

    [Fact]
    public async Task A_subagent_gets_nothing_and_proves_nothing()
    {
        await using var team = await Team.StartAsync(storage);
        await team.Claude.PromptAsync();
        var sent = await team.SayAsync("For the agent itself.", Surface.Interrupt);

        await team.Claude.InSubagentAsync("UserPromptSubmit");
        await team.Claude.InSubagentAsync("PostToolBatch");
        await team.Claude.InSubagentAsync("Stop");
        Assert.Empty(team.Claude.ToSubagents);
        await team.Claude.UseToolsAsync();
        await team.Claude.InSubagentAsync("PostToolBatch");

        Assert.Equal(DeliveryState.Leased, (await team.DeliveryAsync(sent)).State);
        Assert.Contains("For the agent itself.", Assert.Single(team.Claude.Requests, request => request.Length > 0));
    }

    [Fact]
    public async Task A_turn_is_put_off_no_more_often_than_the_harness_allows_and_nothing_is_lost_by_that()
    {
        await using var team = await Team.StartAsync(storage);
        await team.Claude.PromptAsync();
        var turns = 0;
        do
            await team.SayAsync($"Number {turns}.");
        while (!await team.Claude.StopAsync() && ++turns < 100);

        Assert.Equal(8, turns);
        await team.Claude.PromptAsync();
        Assert.All(Enumerable.Range(0, 9), i => Assert.Equal(1, Count(team.Claude.All, $"Number {i}.")));
    }

    [Fact]
    public async Task A_wake_that_is_no_longer_needed_costs_no_request()
    {
        await using var team = await Team.StartAsync(storage);

        Assert.False(await team.Claude.PromptAsync(WakeRules.Text(1)));
        Assert.True(await team.Claude.PromptAsync("Parley: what is that?"));
        await team.SayAsync("Now there is one.");
        Assert.True(await team.Claude.PromptAsync(WakeRules.Text(1)));

        Assert.Contains("Now there is one.", team.Claude.Requests[^1]);
    }

    [Fact]
    public async Task A_newer_session_of_an_agent_supersedes_the_older_one_until_that_is_started_again()
    {
        await using var team = await Team.StartAsync(storage);
        await team.Claude.StartAsync();
        await team.Claude.PromptAsync();
        var newer = new FakeClaude(team.Host, team.Token, "newer");
        await newer.StartAsync();
        await team.SayAsync("Who gets this?");

        await team.Claude.PromptAsync();
        Assert.Contains("a newer session runs as worker", team.Claude.Requests[^1]);
        await newer.PromptAsync();
        Assert.Contains("Who gets this?", newer.All);

        await team.Claude.StartAsync("resume");
        await team.SayAsync("And this?");
        await team.Claude.PromptAsync();
        Assert.Contains("And this?", team.Claude.Requests[^1]);
    }

    [Fact]
    public async Task Hooks_tell_what_the_agent_is_doing()
    {
        await using var team = await Team.StartAsync(storage);

        await team.Claude.PromptAsync();
        Assert.Equal(AgentActivity.Working, (await team.AgentAsync()).Activity);
        await team.Claude.CallAsync("PermissionRequest", new JsonObject { ["tool_name"] = "Bash" });
        Assert.Equal(AgentActivity.BlockedOnHuman, (await team.AgentAsync()).Activity);
        await team.Claude.UseToolsAsync();
        Assert.Equal(AgentActivity.Working, (await team.AgentAsync()).Activity);
        await team.Claude.StopAsync();
        Assert.Equal((AgentActivity.Idle, AgentStatus.Online), ((await team.AgentAsync()).Activity, (await team.AgentAsync()).Status));
    }

    [Theory]
    [InlineData("""{"hook_event_name": "FromTheFuture", "session_id": "s", "agent": {"deep": [1, {"er": null}]}}""")]
    [InlineData("""{"hook_event_name": 7, "session_id": ["s"], "prompt": {"text": "x"}, "stop_hook_active": "yes"}""")]
    [InlineData("{}")]
    public async Task An_event_that_is_not_known_gets_an_empty_answer(string input)
    {
        await using var team = await Team.StartAsync(storage);
        await team.SayAsync("Waits.", Surface.Interrupt);

        var answer = await team.CallAsync(input);

        Assert.Equal((HttpStatusCode.OK, "{}"), (answer.Status, answer.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"hook_event_name\": \"Stop\"")]
    [InlineData("not JSON")]
    public async Task What_is_no_JSON_object_is_refused_and_changes_nothing(string input)
    {
        await using var team = await Team.StartAsync(storage);
        var sent = await team.SayAsync("Waits.");

        var answer = await team.CallAsync(input);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(DeliveryState.Queued, (await team.DeliveryAsync(sent)).State);
    }

    [Fact]
    public async Task Ten_megabytes_of_a_tools_output_are_skipped()
    {
        await using var team = await Team.StartAsync(storage);
        await team.SayAsync("After a long log.", Surface.NextBoundary);

        var answer = await team.CallAsync($$"""{"tool_response": "{{new string('x', 10 << 20)}}", "hook_event_name": "PostToolBatch", "session_id": "s"}""");

        Assert.Contains("After a long log.", answer.Text);
    }

    [Fact]
    public async Task A_token_that_is_not_the_agents_own_has_to_say_which_agent_it_is_about()
    {
        await using var team = await Team.StartAsync(storage);
        var admin = await team.Host.TokenAsync(TokenKind.Admin);
        await team.SayAsync("Hello.");
        const string prompt = """{"hook_event_name": "UserPromptSubmit", "session_id": "s", "prompt": "x"}""";

        var unnamed = await team.Host.SendAsync(HttpMethod.Post, "/api/v1/hooks/claude", admin, prompt);
        var named = await team.Host.SendAsync(HttpMethod.Post, "/api/v1/hooks/claude?agent_id=worker", admin, prompt);
        var strange = await team.Host.SendAsync(HttpMethod.Post, "/api/v1/hooks/emacs", admin, prompt);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.NotFound), (unnamed.Status, strange.Status));
        Assert.Contains("Hello.", named.Text);
        Assert.Contains("claude, codex, copilot, gemini, opencode", strange.Text);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    /// <summary>A lead who writes to a worker, which Claude Code runs.</summary>
    private sealed class Team : IAsyncDisposable
    {
        private string _lead = "";

        public required ConceptHost Host { get; init; }

        public string Token { get; private set; } = "";

        public FakeClaude Claude { get; private set; } = null!;

        public static async Task<Team> StartAsync(StorageUnderTest storage)
        {
            var team = new Team { Host = await ConceptHost.StartAsync(storage) };
            (team._lead, team.Token) = (await team.Host.RegisterAsync("lead"), await team.Host.RegisterAsync("worker"));
            team.Claude = new FakeClaude(team.Host, team.Token, "first session");
            return team;
        }

        public async Task<string> SayAsync(string text, Surface? surface = null) =>
            (await Host.SayAsync(_lead, "worker", text, more: surface is { } wanted ? $", \"surface\": \"{Words(wanted)}\"" : "")).MessageId;

        public Task<Rest.Answer> CallAsync(string input, string query = "") => Host.SendAsync(HttpMethod.Post, $"/api/v1/hooks/claude{query}", Token, input);

        public async Task<string> CallGeminiAsync(string name, string prompt) => (await Host.SendAsync(
            HttpMethod.Post, "/api/v1/hooks/gemini", Token, new JsonObject { ["hook_event_name"] = name, ["session_id"] = "s", ["prompt"] = prompt }.ToJsonString())).Text;

        public async Task<Outlook?> OutlookAsync(string surface) =>
            (await Host.SendAsync(HttpMethod.Post, "/api/v1/messages/preview", _lead, $$"""{"to": "worker", "content": "x", "surface": "{{surface}}"}"""))
            .As(WireJson.Lenient.SendPreview).Deliveries.Single().Outlook;

        public async Task<Delivery> DeliveryAsync(string messageId) => Assert.Single(
            (await Host.SendAsync(HttpMethod.Get, $"/api/v1/messages/{messageId}/trace", _lead)).As(WireJson.Lenient.MessageTrace).Deliveries);

        public async Task<Agent> AgentAsync() => (await Host.SendAsync(HttpMethod.Get, "/api/v1/agents/worker", _lead)).As(WireJson.Lenient.Agent);

        public ValueTask DisposeAsync() => Host.DisposeAsync();

        private static string Words(Surface surface) => surface switch
        {
            Surface.Interrupt => "interrupt",
            Surface.NextBoundary => "next_boundary",
            Surface.WhenIdle => "when_idle",
            _ => "pull",
        };
    }
}

public sealed class SqliteHookTests() : HookTests(new OnSqlite());

public sealed class PostgresHookTests(PostgresDatabases databases) : HookTests(new OnPostgres(databases));
