using System.Globalization;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Entities;
using Parley.Server.Schemas;
using Parley.Server.Wire;

namespace Parley.Server.Routing;

/// <summary>The rules for changing routing rules.</summary>
internal static class RuleChanges
{
    /// <summary>The types of its log entries.</summary>
    internal const string UpdatedType = "routing_rules_updated", RemovedType = "routing_rules_removed";

    /// <summary>The name of a project's only entity of this kind, which holds all of its rules, so that their order is part of it.</summary>
    internal const string Name = "rules";

    internal const int MostRules = 200;

    private const int MostItems = 100, MostAddresses = 100, LongestAddress = 300, LongestType = 255, LongestWord = 64, MostMetadataBytes = 16 * 1024;

    /// <returns>All errors, each with its place; null if there are none.</returns>
    internal static ApiProblem? Check(RoutingRulesRequest request)
    {
        var validation = new Validation().Required("rules", request.Rules);
        if (request.Rules is not { } rules)
            return validation.Problem;
        if (rules.Count > MostRules)
            return Problems.InvalidField("rules", string.Create(CultureInfo.InvariantCulture, $"has {rules.Count} items; at most {MostRules} are taken"));

        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var at = 0; at < rules.Count; at++)
        {
            var place = string.Create(CultureInfo.InvariantCulture, $"rules[{at}]");
            if (rules[at] is not { } rule)
            {
                validation.Fail(place, "is null");
                continue;
            }

            validation.Check(rule.Name is null || names.Add(rule.Name), $"{place}.name", $"'{Problems.Shown(rule.Name ?? "")}' is the name of an earlier rule, too");
            CheckRule(validation, place, rule);
            CheckConditions(validation, $"{place}.when", rule.When ?? new RoutingConditions());
        }

        validation.Check(
            rules.Sum(rule => BytesOf(rule?.Metadata)) <= MostMetadataBytes, "rules",
            string.Create(CultureInfo.InvariantCulture, $"add more than {MostMetadataBytes} bytes of metadata together"));
        return validation.Problem;
    }

    /// <param name="version">The version that they must have; null for any.</param>
    internal static Decision<RoutingRules> Set(Entity<RoutingRules>? present, RoutingRules wanted, long? version) =>
        version is not null && version != (present?.Version ?? 0)
            ? Decision<RoutingRules>.Refuse(Problems.VersionMismatch("list", "routing rules", present?.Version ?? 0))
            : Decision<RoutingRules>.Put(wanted, UpdatedType);

    private static void CheckRule(Validation validation, string place, RoutingRule rule)
    {
        validation
            .Required($"{place}.name", rule.Name)
            .ProjectId($"{place}.name", rule.Name)
            .DisplayText($"{place}.description", rule.Description)
            .Defined($"{place}.priority", rule.Priority)
            .Check(
                rule.To is not null || rule.Priority is not null || rule.Metadata is { ValueKind: JsonValueKind.Object } || rule.Stop == true, place,
                "does nothing: give it a to, a priority, metadata, or \"stop\": true");
        Addresses(validation, $"{place}.to", rule.To);
        Fields(validation, $"{place}.metadata", rule.Metadata);
    }

    private static void CheckConditions(Validation validation, string place, RoutingConditions when)
    {
        Addresses(validation, $"{place}.to", when.To);
        Fields(validation, $"{place}.metadata", when.Metadata);
        Each(
            validation, $"{place}.types", when.Types, type => type.Length <= LongestType && type.All(letter => letter is > ' ' and <= '~'),
            "must be a message type of 1-255 characters, with * and > as wildcards, such as task_* or build.>");
        Each(
            validation, $"{place}.words", when.Words, word => word.Length <= LongestWord && word.All(RuleReading.IsOfWord),
            "must be one word of 1-64 letters, digits, and _; for anything else, use pattern");
        Each(
            validation, $"{place}.senders", when.Senders, sender => sender.Length <= LongestAddress && !sender.Any(char.IsControl),
            "must be the id of a sender, or role:ROLE");
        if (when.Pattern is { } pattern && SchemaPatterns.Compile(pattern).Reason is { } reason)
            validation.Fail($"{place}.pattern", reason);
    }

    private static void Addresses(Validation validation, string field, IReadOnlyList<string>? addresses)
    {
        if (addresses?.Count > MostAddresses)
            validation.Fail(field, string.Create(CultureInfo.InvariantCulture, $"has {addresses.Count} addresses; at most {MostAddresses} are allowed"));
        else
        {
            Each(
                validation, field, addresses, address => address.Length <= LongestAddress && !address.Any(char.IsControl) && !address.EndsWith(':'),
                "must be an address, such as be-1, squad:alpha, or capability:review");
        }
    }

    private static void Each(Validation validation, string field, IReadOnlyList<string>? items, Func<string, bool> isGood, string reason)
    {
        validation.Items(field, items, MostItems);
        for (var at = 0; at < Math.Min(items?.Count ?? 0, MostItems); at++)
        {
            if (items![at] is { } item)
                validation.Check(item.Length > 0 && isGood(item), string.Create(CultureInfo.InvariantCulture, $"{field}[{at}]"), reason);
        }
    }

    /// <summary>The names of fields are in traces, one rule a line.</summary>
    private static void Fields(Validation validation, string field, JsonElement? metadata)
    {
        validation.Object(field, metadata);
        if (metadata is { ValueKind: JsonValueKind.Object } given)
        {
            validation.Check(
                given.EnumerateObject().All(one => !one.Name.Any(char.IsControl)), field, "has a field whose name contains a control character or a line break");
        }
    }

    private static int BytesOf(JsonElement? metadata) => metadata is { ValueKind: JsonValueKind.Object } given ? Encoding.UTF8.GetByteCount(given.GetRawText()) : 0;
}
