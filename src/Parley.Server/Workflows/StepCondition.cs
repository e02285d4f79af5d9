using System.Text.Json;
using Parley.Protocol;

namespace Parley.Server.Workflows;

/// <summary>Whether the conditions of a step hold.</summary>
internal static class StepCondition
{
    /// <summary>Whether an operator compares with a value.</summary>
    internal static bool Compares(ConditionOperator op) => op is not (ConditionOperator.Exists or ConditionOperator.Missing);

    /// <summary>Whether an operator is about an order, which only numbers and texts have.</summary>
    internal static bool Orders(ConditionOperator op) => op is ConditionOperator.Lt or ConditionOperator.Le or ConditionOperator.Gt or ConditionOperator.Ge;

    /// <param name="result">The result of the step; null if it has none.</param>
    internal static bool Holds(WorkflowCondition condition, JsonElement? result)
    {
        var found = result is { } whole ? JsonPlace.Find(whole, condition.Pointer ?? "") : null;
        var value = found is { ValueKind: not JsonValueKind.Null } there ? there : (JsonElement?)null;
        var wanted = condition.Value;
        return (condition.Op ?? ConditionOperator.Eq) switch
        {
            ConditionOperator.Exists => value is not null,
            ConditionOperator.Missing => value is null,
            ConditionOperator.Ne => !AreEqual(value, wanted),
            ConditionOperator.Eq => AreEqual(value, wanted),
            ConditionOperator.Contains => value is { } holder && wanted is { } part && Has(holder, part),
            var order => value is { } left && wanted is { } right && Compared(left, right) is { } sign && order switch
            {
                ConditionOperator.Lt => sign < 0,
                ConditionOperator.Le => sign <= 0,
                ConditionOperator.Gt => sign > 0,
                _ => sign >= 0,
            },
        };
    }

    private static bool AreEqual(JsonElement? left, JsonElement? right) => left is { } one && right is { } other
        ? JsonElement.DeepEquals(one, other)
        : left is null && right is null or { ValueKind: JsonValueKind.Null };

    private static bool Has(JsonElement holder, JsonElement part) => holder.ValueKind switch
    {
        JsonValueKind.Array => holder.EnumerateArray().Any(item => JsonElement.DeepEquals(item, part)),
        JsonValueKind.Object => part.ValueKind == JsonValueKind.String && holder.TryGetProperty(part.GetString()!, out _),
        JsonValueKind.String => part.ValueKind == JsonValueKind.String && holder.GetString()!.Contains(part.GetString()!, StringComparison.Ordinal),
        _ => false,
    };

    /// <returns>Null if they have no order.</returns>
    private static int? Compared(JsonElement left, JsonElement right) => (left.ValueKind, right.ValueKind) switch
    {
        (JsonValueKind.Number, JsonValueKind.Number) => left.GetDouble().CompareTo(right.GetDouble()),
        (JsonValueKind.String, JsonValueKind.String) => string.CompareOrdinal(left.GetString(), right.GetString()),
        _ => null,
    };
}
