using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Hooks;
using Parley.Server.Log;
using Parley.Server.Mailboxes;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Mcp.Tools;

/// <summary>Claims what waits. What the client got is surfaced, since the result of a tool stands in the model's next request; what it did not get goes
/// back.</summary>
internal sealed class InboxTool(ProjectDirectory projects, Settling settling, LeaseReturns returns, TimeProvider clock) : McpTool("inbox")
{
    private const int UsualBudget = 6_000;

    private const int MostMessages = 50;

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    internal override async Task<CallToolResult> CallAsync(ToolCall call)
    {
        var introduction = "";
        if (call.Arguments.Texts("done") is { Count: > 0 } done)
        {
            var refused = await AcknowledgeAsync(call, done);
            if (refused.IsError == true)
                return refused;
            introduction = ((TextContentBlock)refused.Content[0]).Text + "\n";
        }

        var answer = await call.SendAsync("POST", "/agents/{me}/claim", body: Fields.Pass("wait")
            .Set("max", MostMessages).Set("lease_seconds", Lease.TotalSeconds).Set("budget_tokens", call.Arguments.Number("budget_tokens") ?? UsualBudget));
        if (answer.IsRefused)
            return ToolResult.Refused(answer);
        var inbox = JsonSerializer.Deserialize(answer.Json, WireJson.Lenient.Inbox)!;
        var acknowledges = call.Arguments.Flag("ack") ?? true;
        if (inbox.Items.Count > 0)
            await call.Caller.AfterAnswerAsync(arrived => SettleAsync(call.Caller, inbox.Items, arrived, acknowledges));
        return ToolResult.Of(introduction + Text(call.Caller.AgentId, inbox.Items, acknowledges), inbox.Items.Select(Ids));
    }

    private static async Task<CallToolResult> AcknowledgeAsync(ToolCall call, IReadOnlyList<string> done)
    {
        var lines = new List<string>();
        foreach (var id in done)
        {
            var answer = await call.SendAsync(
                "POST", $"/messages/{Uri.EscapeDataString(id)}/ack", new Fields().SetAgent("agent_id"));
            if (answer.IsRefused)
                lines.Add($"- {SafeText.Of(id)}: {SafeText.Of(JsonSerializer.Deserialize(answer.Json, WireJson.Lenient.Problem)!.Detail)}");
        }

        return lines.Count == 0
            ? ToolResult.Of(done.Count == 1 ? "1 message is acknowledged." : $"{done.Count} messages are acknowledged.")
            : ToolResult.Error($"Nothing was read, because these of done could not be acknowledged:\n{string.Join('\n', lines)}\nLeave them out; a message whose 10 minutes are over comes again.");
    }

    private string Text(string agent, IReadOnlyList<InboxItem> items, bool acknowledges)
    {
        if (items.Count == 0)
            return $"No message waits for {agent}.";
        var now = clock.GetUtcNow();
        var text = new StringBuilder();
        text.Append(items.Count == 1 ? "1 message" : string.Create(CultureInfo.InvariantCulture, $"{items.Count} messages")).Append(" for ").Append(agent).Append(".\n");
        foreach (var item in items)
            MessageEnvelope.Append(text, item.Message, now, isAgain: item.Attempt > 1, isCut: item.Shortened is not null, most: int.MaxValue);
        if (items.Any(item => item.Shortened is not null))
            text.Append("A message with cut=\"true\" is shortened. thread with its message_id shows it whole.\n");
        if (items.Count == MostMessages)
            text.Append("There may be more: call inbox again.\n");
        if (!acknowledges)
            text.Append("These stay yours for 10 minutes. Pass their ids as done when you have handled them; otherwise they come again.\n");
        return text.ToString();
    }

    private static JsonObject Ids(InboxItem item)
    {
        var ids = ToolResult.Ids(item.Message);
        ids["delivery_id"] = item.DeliveryId;
        ids["lease_id"] = item.LeaseId;
        ids["attempt"] = item.Attempt;
        return ids;
    }

    private async Task SettleAsync(McpCaller caller, IReadOnlyList<InboxItem> items, bool arrived, bool acknowledges)
    {
        if (projects.Find(caller.ProjectId) is not { } project || project.Agents.Find(caller.AgentId) is not { } agent)
            return;
        var leased = items.Select(item => (Id: Guid.Parse(item.Message.MessageId), Claimed: Claimed(item))).ToList();
        if (!arrived)
        {
            await returns.ReturnAsync(project.Number, [.. leased.Select(one => one.Claimed)]);
            return;
        }

        await settling.SettleAsync(project, agent, Drafts(SettleVerb.Surfaced));
        if (acknowledges)
            await settling.SettleAsync(project, agent, Drafts(SettleVerb.Ack));

        IReadOnlyList<SettleDraft> Drafts(SettleVerb verb) => [.. leased.Select(one => new SettleDraft(verb, one.Id, one.Claimed.Delivery, one.Claimed.Lease) { Evidence = SurfaceEvidence.Tool })];
    }

    private static ClaimedDelivery Claimed(InboxItem item)
    {
        if (!LeaseId.TryParse(item.LeaseId!, out var delivery, out var lease))
            throw new InvalidOperationException($"'{item.LeaseId}' is not a lease, and was claimed.");
        return new ClaimedDelivery(delivery, EntryId.SeqOf(Guid.Parse(item.Message.MessageId)), item.Attempt, lease, item.LeaseUntil!.Value.ToUnixTimeMilliseconds(), []);
    }
}
