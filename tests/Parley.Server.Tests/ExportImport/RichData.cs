using Parley.Server.Entities;
using Parley.Server.Projects;
using Parley.Server.Summaries;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Messages;
using Parley.Server.Tests.Agents;
using Parley.Server.Webhooks;
using Xunit;

namespace Parley.Server.Tests.ExportImport;

/// <summary>A team's history, made through the API as clients make it: every state of a delivery, every kind of entry.</summary>
internal sealed class RichData
{
    private const string Api = "/api/v1";

    private readonly ConceptHost _host;

    private RichData(ConceptHost host) => _host = host;

    /// <summary>Made before the move: opens the new server too.</summary>
    internal string Admin { get; private set; } = "";

    /// <summary>Of the agent ada.</summary>
    internal string Ada { get; private set; } = "";

    /// <summary>A message that bob has leased over REST.</summary>
    internal (string MessageId, string LeaseId) Leased { get; private set; }

    internal string Bob { get; private set; } = "";

    /// <summary>A send under a key, and what it made.</summary>
    internal (string Json, string MessageId) Keyed { get; private set; }

    internal (string Json, string ExecutionId) KeyedCreation { get; private set; }

    internal IReadOnlyList<string> Messages => _messages;

    /// <summary>One that runs, and one that has ended.</summary>
    internal IReadOnlyList<string> Workflows { get; private set; } = [];

    /// <summary>The secret of a hook, which moves with it.</summary>
    internal const string HookSecret = "a s\u00ebcret that moves";

    internal InboundHook Hook { get; private set; } = null!;

    /// <summary>The thread in the project <c>other</c> that has a summary.</summary>
    internal string Summarized { get; private set; } = "";

    private readonly List<string> _messages = [];

    internal static async Task<RichData> MakeAsync(ConceptHost host)
    {
        var data = new RichData(host);
        data.Admin = await host.TokenAsync(TokenKind.Admin);
        await data.MakeProjectsAsync();
        await data.MakeAgentsAsync();
        // So that something is spent of it.
        await data.PutAsync("/budgets/agents/ada", """{"messages": 5000, "bytes": 1000000000}""");
        await data.MakeConversationAsync();
        await data.MakeDeliveriesAsync();
        await data.MakeMemoryAsync();
        await data.MakeTasksAsync();
        await data.MakeQuestionsAsync();
        await data.MakeReservationsAsync();
        await data.MakeWorkflowsAsync();
        await data.MakeStormAsync();
        await data.MakeBudgetsAsync();
        await data.MakeSchemasAsync();
        await data.MakeRulesAsync();
        await data.MakeInboundAsync();
        await data.MakeWebhooksAsync();
        await data.MakeSummaryAsync();
        // It ends with a message: an audit entry would be on no stream, and whoever reads a feed up to it would wait for ever.
        await data.MakeExecutionAsync();
        return data;
    }

    private async Task MakeProjectsAsync()
    {
        await PutAsync("/projects/default", """{"settings": {"max_attempts": 1, "retry_delay_seconds": 0} }""");
        await PostAsync("/projects", """{"project_id": "other", "name": "Ärger & Co. 漢字", "settings": {"mailbox_limit": 3} }""");
        await PostAsync("/projects", """{"project_id": "gone", "name": "Gone"}""");
        Succeed(await _host.SendAsync(HttpMethod.Delete, $"{Api}/projects/gone", Admin));
    }

    private async Task MakeAgentsAsync()
    {
        Ada = await _host.RegisterAsync("ada");
        Bob = await _host.RegisterAsync("bob");
        foreach (var id in new[] { "cyd", "dan", "old" })
            await _host.RegisterAsync(id);
        await PutAsync("/agents/cyd", "{\"name\": \"Cyd 🦊 \\\"quoted\\\"\", \"role\": \"reviewer\", \"capabilities\": [\"review\"], \"metadata\": {\r\n  \"a\" : [1, 2.50],\n \"ü\": null}}");
        await PutAsync("/agents/dan/subscriptions", """{"topics": ["builds.*"]}""");
        await PostAsync("/agents/dan/pause", """{"reason": "Off “today”"}""");
        await PostAsync("/squads", """{"squad_id": "s1", "name": "Squad", "members": [{"agent_id": "cyd", "role": "lead"}, {"agent_id": "ada"}]}""");
        await PostAsync("/squads", """{"squad_id": "s2", "name": "Empty"}""");
        await SendAsync("""{"to": "old", "content": "to one who goes"}""");
        Succeed(await _host.SendAsync(HttpMethod.Delete, $"{Api}/agents/old", Admin));
        // A successor of the same name.
        await _host.RegisterAsync("old");
        await PostAsync("/agents/register?project_id=other", """{"agent_id": "eve"}""");
        await PostAsync("/messages?project_id=other", """{"to": "eve", "content": "in another project"}""");
        await PostAsync("/projects/other/pause", """{"reason": "Not today"}""");
        await PostAsync("/squads/s2/pause", null);
    }

    private async Task MakeConversationAsync()
    {
        var first = await SendAsync("""{"to": "*", "content": "to all: ünï¢ødé 🎉 \u2028 \u0007 \"<>&'", "payload": {"n": 1e3, "k": [true, null]}}""", "ada");
        await SendAsync($$"""{"to": "ada", "content": "an answer", "reply_to": "{{first}}", "metadata": {"estimated_hours": 8} }""", "bob");
        await SendAsync("""{"to": "squad:s1", "content": "to a squad", "priority": 4}""");
        await SendAsync("""{"to": "capability:review", "content": "to whoever can"}""");
        await SendAsync("""{"to": "role:reviewer", "content": "to a role"}""");
        await SendAsync("""{"to": "topic:builds.failed", "content": "to a topic", "message_type": "build"}""");
        await SendAsync("""{"to": "topic:nobody.listens", "content": "to nobody"}""");
        await SendAsync("""{"to": ["ada", "bob"], "content": "to two"}""");
        var wrong = await SendAsync("""{"to": "dan", "content": "wrong"}""");
        await SendAsync($$"""{"to": "dan", "content": "right", "supersedes": "{{wrong}}"}""");
        var secret = await SendAsync("""{"to": "dan", "content": "a secret", "payload": {"password": 1}}""");
        Succeed(await _host.SendAsync(HttpMethod.Delete, $"{Api}/messages/{secret}", Admin));
        foreach (var (token, emoji) in new[] { (Ada, "👍"), (Bob, "👍"), (Bob, "🎉") })
            Succeed(await _host.SendAsync(HttpMethod.Put, $"{Api}/messages/{first}/reactions/{Uri.EscapeDataString(emoji)}", token));
        await SendAsync(JsonSerializer.Serialize(new Dictionary<string, string> { ["to"] = "cyd", ["content"] = string.Concat(Enumerable.Repeat("lång ", 24_000)) }));
        var keyed = """{"to": "ada", "content": "once", "idempotency_key": "key 1"}""";
        Keyed = (keyed, await SendAsync(keyed));
        await SendAsync($$"""{"to": "bob", "content": "later", "deliver_at": "{{Tomorrow}}"}""");
    }

    private string Tomorrow => _host.Clock.GetUtcNow().AddDays(1).ToString("O");

    private async Task MakeDeliveriesAsync()
    {
        // Acknowledged, dead, expired, and one that somebody has: what nobody touched is queued.
        await SendAsync("""{"to": "old", "content": "to be dead"}""");
        var doomed = await ClaimAsync("old");
        await PostAsync($"/messages/{doomed.MessageId}/nack?agent_id=old", $$"""{"lease_id": "{{doomed.LeaseId}}", "reason": "it does not fit"}""");
        await SendAsync("""{"to": "old", "content": "too late", "ttl_seconds": 1}""");
        _host.Clock.Advance(TimeSpan.FromSeconds(2));
        Succeed(await _host.SendAsync(HttpMethod.Post, $"{Api}/agents/old/claim", Admin));
        // Now, and not whenever the server comes to it.
        await _host.Get<DeathNotifier>().RunAsync(CancellationToken.None);
        var done = await ClaimAsync("ada");
        await PostAsync($"/messages/{done.MessageId}/surfaced?agent_id=ada", $$"""{"lease_id": "{{done.LeaseId}}"}""");
        await PostAsync($"/messages/{done.MessageId}/ack?agent_id=ada", $$"""{"lease_id": "{{done.LeaseId}}"}""");
        Leased = await ClaimAsync("bob", "&lease_seconds=3600");
    }

    private async Task MakeExecutionAsync()
    {
        const string creation = """{"title": "Release ✓", "squad_id": "s1"}""";
        var execution = (await _host.SendAsync(HttpMethod.Post, $"{Api}/executions", Admin, creation, key: "creation 1")).As(WireJson.Lenient.Execution).ExecutionId;
        KeyedCreation = (creation, execution);
        await SendAsync($$"""{"to": "cyd", "content": "part of it", "execution_id": "{{execution}}", "task_id": "t-1"}""");
        Succeed(await _host.SendAsync(HttpMethod.Patch, $"{Api}/executions/{execution}", Admin, """{"status": "in_progress", "progress": 40, "current_phase": "build"}"""));
        await PostAsync($"/executions/{execution}/logs", """{"message": "zeile 1\nzeile 2", "level": "warning"}""");
        var ended = (await _host.SendAsync(HttpMethod.Post, $"{Api}/executions", Ada, """{"title": "Failed"}""")).As(WireJson.Lenient.Execution).ExecutionId;
        await PostAsync($"/executions/{ended}/fail", """{"error": "broken \\ \"x\""}""");
        var completed = (await _host.SendAsync(HttpMethod.Post, $"{Api}/executions", Admin, "{}")).As(WireJson.Lenient.Execution).ExecutionId;
        await PostAsync($"/executions/{completed}/complete", """{"result": {"ok": [1, 2]}}""");
        await SendAsync("""{"to": "ada", "content": "the last"}""");
    }

    private async Task MakeMemoryAsync()
    {
        await PutAsync("/memory/key/plan/login", """{"value": 1}""");
        await PutAsync("/memory/key/plan/login", "{\"value\": {\r\n \"ünï\": [1e3, null, \"a\\u0001b\"]}}");
        Succeed(await _host.SendAsync(HttpMethod.Post, $"{Api}/memory", Ada, """{"key": "漢字 & Co.", "value": null}"""));
        await PutAsync("/memory/key/gone", """{"value": "forgotten"}""");
        Succeed(await _host.SendAsync(HttpMethod.Delete, $"{Api}/memory/key/gone", Admin));
        await PutAsync("/memory/key/plan/secret", """{"value": "sesame", "ttl_seconds": 86400, "access_control": {"read": ["ada", "role:lead"], "write": []}}""");
        await PostAsync("/events", """{"event_type": "build.failed", "data": {"job": 1e3}}""");
    }

    private async Task MakeTasksAsync()
    {
        var whole = (await _host.SendAsync(HttpMethod.Post, $"{Api}/tasks", Ada, """{"title": "Whole", "due_date": "2030-01-01T00:00:00Z", "requirements": {"a": [1]}}""")).As(WireJson.Lenient.AgentTask).TaskId;
        var part = (await _host.SendAsync(HttpMethod.Post, $"{Api}/tasks", Ada, $$"""{"title": "Part", "parent_task_id": "{{whole}}", "agent_id": "cyd"}""")).As(WireJson.Lenient.AgentTask).TaskId;
        await PostAsync($"/tasks/{part}/complete", """{"result": "done"}""");
        await PostAsync($"/tasks/{whole}/assign", """{"agent_id": "cyd"}""");
    }

    private async Task MakeQuestionsAsync()
    {
        var asked = (await _host.SendAsync(
            HttpMethod.Post, $"{Api}/questions", Ada, $$"""{"content": "Which?", "options": ["a", {"value": "漢字", "detail": "two\nlines"}], "deadline": "{{Tomorrow}}"}""")).As(WireJson.Lenient.Question);
        await PostAsync($"/questions/{asked.QuestionId}/answer", """{"answer": "2"}""");
        await PostAsync("/questions", """{"content": "And then?", "agent_id": "cyd", "escalation": ["human", "bob"]}""");
    }

    private async Task MakeReservationsAsync()
    {
        var held = (await _host.SendAsync(HttpMethod.Post, $"{Api}/reservations", Ada, """{"paths": ["src/**", "漢字/[a-z]*"], "ttl_seconds": 86400, "reason": "The login page"}""")).As(WireJson.Lenient.Reservation);
        await PostAsync("/reservations", """{"paths": ["src/a.cs"], "agent_id": "cyd", "wait": true}""");
        await PostAsync($"/reservations/{held.ReservationId}/renew", """{"ttl_seconds": 80000}""");
    }

    private async Task MakeWorkflowsAsync()
    {
        const string part = """{"title": "漢字", "steps": [{"step": "inner", "agent": "cyd", "action": "Do it.", "input": "${input/n}"}]}""";
        await PutAsync("/workflows/definitions/part", """{"steps": [{"step": "inner", "agent": "cyd", "action": "Do it."}]}""");
        await PutAsync("/workflows/definitions/part", part);
        var running = (await _host.SendAsync(
            HttpMethod.Post, $"{Api}/workflows", Ada,
            """{"title": "Release", "input": {"n": [1, null]}, "steps": [{"step": "first", "agent": "cyd", "action": "Do it.", "retries": {"max": 2, "backoff_seconds": 60}}, {"step": "second", "agent": "ada", "action": "Do it.", "depends_on": ["first"]}]}"""))
            .As(WireJson.Lenient.Workflow);
        await PostAsync($"/workflows/{running.WorkflowId}/steps/first/fail", """{"error": "Not yet."}""");
        var ended = (await _host.SendAsync(HttpMethod.Post, $"{Api}/workflows", Ada, """{"definition": "part", "input": {"n": 1}}""")).As(WireJson.Lenient.Workflow);
        await PostAsync($"/workflows/{ended.WorkflowId}/cancel", """{"reason": "Not now."}""");
        Workflows = [running.WorkflowId, ended.WorkflowId];
    }

    private async Task MakeStormAsync()
    {
        await PutAsync("/projects/default", """{"settings": {"max_attempts": 1, "retry_delay_seconds": 0, "loop_limit": 1} }""");
        var first = await SendAsync("""{"to": "dan", "content": "Thanks!"}""", "ada");
        var second = await SendAsync($$"""{"to": "ada", "content": "Thanks!", "reply_to": "{{first}}"}""", "dan");
        await SendAsync($$"""{"to": "dan", "content": "Thanks!", "reply_to": "{{second}}", "ttl_seconds": 1000}""", "ada");
        await PutAsync("/projects/default", """{"settings": {"max_attempts": 1, "retry_delay_seconds": 0} }""");
    }

    /// <summary>One that was reset, one that is spent, and one that was removed.</summary>
    private async Task MakeBudgetsAsync()
    {
        await PutAsync("/budgets/agents/dan", """{"messages": 5}""");
        await SendAsync("""{"to": "ada", "content": "First"}""", "dan");
        await PutAsync("/budgets/agents/dan", """{"messages": 5, "reset": true}""");
        var last = await SendAsync("""{"to": "ada", "content": "Again"}""", "dan");
        await PutAsync($"/budgets/threads/{last}", """{"messages": 1}""");
        await SendAsync($$"""{"to": "ada", "content": "The last", "reply_to": "{{last}}"}""", "dan");
        await PutAsync("/budgets/agents/bob", """{"bytes": 5000}""");
        Succeed(await _host.SendAsync(HttpMethod.Delete, $"{Api}/budgets/agents/bob", Admin));
    }

    private async Task MakeInboundAsync()
    {
        Hook = (await _host.SendAsync(HttpMethod.Post, $"{Api}/inbound", Admin, $$"""{"name": "CI \ud83e\udd8a", "to": ["bob", "human"], "secret": "{{HookSecret}}"}""")).As(WireJson.Lenient.InboundHook);
        var gone = (await _host.SendAsync(HttpMethod.Post, $"{Api}/inbound", Admin, """{"name": "Gone", "to": "human"}""")).As(WireJson.Lenient.InboundHook);
        Succeed(await _host.SendAsync(HttpMethod.Delete, $"{Api}/inbound/{gone.HookId}", Admin));
    }

    private async Task MakeSchemasAsync()
    {
        await PutAsync("/schemas/deploy_request", "{\"schema\": {\"required\": [\"ünï\"],\r\n \"properties\": {\"ünï\": {\"pattern\": \"^\\\\w+$\"}}}}");
        await PutAsync("/schemas/status_update", """{"builtin": true}""");
        await PutAsync("/schemas/gone", """{"schema": true}""");
        Succeed(await _host.SendAsync(HttpMethod.Delete, $"{Api}/schemas/gone", Admin));
    }

    /// <summary>Rules that leave what the rest of the data sends as it is, except for one message of their own.</summary>
    private async Task MakeRulesAsync()
    {
        await PutAsync(
            "/routing/rules",
            """{"rules": [{"name": "r-1", "when": {"types": ["routed_here"], "pattern": "^\\w+ ünï"}, "to": ["bob", "human"], "priority": 4, "metadata": {"ünï": [1.0, null]}}]}""");
        await PostAsync("/messages", """{"to": "cyd", "message_type": "routed_here", "content": "go ünï"}""");
    }

    /// <summary>One that posts nothing here, with a place that no server comes to, so that it stays what it is.</summary>
    private async Task MakeWebhooksAsync()
    {
        var made = await _host.SendAsync(
            HttpMethod.Post, $"{Api}/webhooks", Admin,
            """{"url": "https://example.org/ünï?a=b", "types": ["never.published"], "description": "漢字", "secret": "a-secret-to-move"}""");
        var seq = EntryId.SeqOf(Guid.Parse(made.As(WireJson.Lenient.Webhook).WebhookId));
        await _host.Get<IWebhookStore>().SaveAsync(
            _host.Default.Number, [new WebhookPlace(seq, seq + 100_000, Missed: 3, Failures: 2, LastAttemptAt: 1_769_000_000_000, LastStatus: 500, LastError: "ünï")], CancellationToken.None);
    }

    /// <summary>A summary that is still good, so that nobody asks the model for another.</summary>
    private async Task MakeSummaryAsync()
    {
        await PutAsync(
            "/projects/other",
            """{"settings": {"mailbox_limit": 3, "summary_url": "https://models.example.org/v1", "summary_model": "m-1", "summary_key": "a-key-to-move"} }""");
        var sent = await _host.SendAsync(HttpMethod.Post, $"{Api}/messages?project_id=other", Admin, """{"to": "eve", "content": "to summarize"}""");
        Succeed(sent);
        Summarized = sent.As(WireJson.Lenient.SendAnswer).MessageId;
        var seq = EntryId.SeqOf(Guid.Parse(Summarized));
        var summary = new ModelSummary { ConversationThreadId = Summarized, Model = "m-1", Text = "Nothing but “ünï” 🦊\nyet.", FirstSeq = seq, LastSeq = seq };
        var made = await _host.Get<EntityBoard<ModelSummary>>().AddAsync(
            _host.Get<ProjectDirectory>().Find("other")!.Number, sender: 0, Decision<ModelSummary>.Put(summary, SummaryKind.MadeType), CancellationToken.None);
        Assert.True(made.TryGet(out _, out _));
    }

    private async Task<string> SendAsync(string json, string? from = null)
    {
        var answer = await _host.SendAsync(
            HttpMethod.Post, $"{Api}/messages", Admin, from is null ? json : $"{{\"sender_id\": \"{from}\", {json[1..]}");
        Succeed(answer);
        var id = answer.As(WireJson.Lenient.SendAnswer).MessageId;
        _messages.Add(id);
        return id;
    }

    private async Task<(string MessageId, string LeaseId)> ClaimAsync(string agent, string more = "")
    {
        var answer = await _host.SendAsync(HttpMethod.Post, $"{Api}/agents/{agent}/claim?max=1{more}", Admin);
        Succeed(answer);
        var item = Assert.Single(answer.As(WireJson.Lenient.Inbox).Items);
        return (item.Message.MessageId, item.LeaseId!);
    }

    private async Task PostAsync(string path, string? json) => Succeed(await _host.SendAsync(HttpMethod.Post, Api + path, Admin, json));

    private async Task PutAsync(string path, string json) => Succeed(await _host.SendAsync(HttpMethod.Put, Api + path, Admin, json));

    private static void Succeed(Rest.Answer answer) =>
        Assert.True(answer.Response.IsSuccessStatusCode, $"{answer.Response.RequestMessage!.Method} {answer.Response.RequestMessage.RequestUri}: {answer.Text}");
}
