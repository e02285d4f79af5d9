using System.Globalization;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Agents;
using Parley.Server.Messages;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Budgets;

/// <summary>What the server tells people about message budgets, in their mailbox.</summary>
internal static class BudgetMessages
{
    /// <summary>To people: a budget is spent.</summary>
    internal const string SpentType = "budget_spent";

    internal static Send Spent(ProjectState project, MessageBudget budget, AgentState human)
    {
        var kind = WireType.WordOf(budget.Kind);
        var draft = new SendDraft
        {
            Type = SpentType,
            Priority = Priority.High,
            Content = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(Text(budget, kind), WireJson.Strict.String)),
            Payload = JsonFields.Write(writer =>
            {
                writer.WriteString("kind"u8, kind);
                writer.WriteString("id"u8, budget.Id);
                Write(writer, "messages", budget.Messages);
                Write(writer, "bytes", budget.Bytes);
                writer.WriteStartObject("spent"u8);
                writer.WriteNumber("messages"u8, budget.Spent.Messages);
                writer.WriteNumber("bytes"u8, budget.Spent.Bytes);
                writer.WriteEndObject();
            }),
        };
        draft.To.Add(human.Id);
        return Mailbox.Compose(project, Sender.Server, draft, human, thread: null);
    }

    private static string Text(MessageBudget budget, string kind)
    {
        var noun = budget.Kind switch
        {
            BudgetKind.Agents => "agent",
            BudgetKind.Threads => "thread",
            _ => "execution",
        };
        var limits = new[] { Limit(budget.Spent.Messages, budget.Messages, "messages"), Limit(budget.Spent.Bytes, budget.Bytes, "bytes") };
        return $"The {noun} {budget.Id} has sent {string.Join(" and ", limits.OfType<string>())}, and its message budget does not allow more. Further messages of agents "
            + $"are refused. To see it: parley budget show {kind} {budget.Id}. To raise it: parley budget set {kind} {budget.Id} --messages N. "
            + $"To remove it: parley budget remove {kind} {budget.Id}.";
    }

    private static string? Limit(long spent, long? limit, string unit) =>
        limit is { } most ? string.Create(CultureInfo.InvariantCulture, $"{spent} of {most} {unit}") : null;

    private static void Write(Utf8JsonWriter writer, string name, long? value)
    {
        if (value is { } number)
            writer.WriteNumber(name, number);
        else
            writer.WriteNull(name);
    }
}
