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

    internal static Send Spent(ProjectState project, MessageBudget budget, BudgetLimit limit, AgentState human)
    {
        var draft = new SendDraft
        {
            Type = SpentType,
            Priority = Priority.High,
            Content = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(Text(budget, limit), WireJson.Strict.String)),
            Payload = JsonFields.Write(writer =>
            {
                writer.WriteString("kind"u8, WireType.WordOf(budget.Kind));
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

    private static string Text(MessageBudget budget, BudgetLimit limit)
    {
        var limits = string.Join(" and ", new[] { Limit(budget.Spent.Messages, budget.Messages, "messages"), Limit(budget.Spent.Bytes, budget.Bytes, "bytes") }.OfType<string>());
        var (spent, next) = budget.Kind == BudgetKind.Agents
            ? ($"The agent {budget.Id} has sent {limits}.", "what it sends next")
            : ($"The {limit.Noun} {budget.Id} has {limits}.", "what agents send in it next");
        var name = $"{WireType.WordOf(budget.Kind)} {budget.Id}";
        return $"{spent} Its message budget does not allow more, so {next} is refused. To see it: parley budget show {name}. To raise it: "
            + $"{limit.Remedy(new BudgetSum(budget.Spent.Messages, budget.Spent.Bytes), bytes: 1)}. To remove it: parley budget remove {name}.";
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
