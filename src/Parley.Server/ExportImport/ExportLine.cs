using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Parley.Protocol;
using Parley.Server.Log;
using Parley.Server.Wire;

namespace Parley.Server.ExportImport;

/// <summary>One line of an export, identified by <c>kind</c>. <c>docs/reference/export-format.md</c> describes each kind.</summary>
/// <remarks>Times are Unix milliseconds. Projects and agents are identified by their <c>number</c>, because ids may be reused, and log entries by
/// their project's number and their seq.</remarks>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(HeaderLine), HeaderLine.Kind)]
[JsonDerivedType(typeof(NumbersLine), LineKinds.Numbers)]
[JsonDerivedType(typeof(ProjectLine), LineKinds.Project)]
[JsonDerivedType(typeof(AgentLine), LineKinds.Agent)]
[JsonDerivedType(typeof(EntityLine), LineKinds.Entity)]
[JsonDerivedType(typeof(EntryLine), LineKinds.Entry)]
[JsonDerivedType(typeof(DeliveryLine), LineKinds.Delivery)]
[JsonDerivedType(typeof(ReactionLine), LineKinds.Reaction)]
[JsonDerivedType(typeof(KeyLine), LineKinds.Key)]
[JsonDerivedType(typeof(TokenLine), LineKinds.Token)]
[JsonDerivedType(typeof(TicketLine), LineKinds.Ticket)]
[JsonDerivedType(typeof(RelayPlaceLine), LineKinds.RelayPlace)]
[JsonDerivedType(typeof(WebhookPlaceLine), LineKinds.WebhookPlace)]
[JsonDerivedType(typeof(BudgetCountLine), LineKinds.BudgetCount)]
[JsonDerivedType(typeof(AvailabilityLine), LineKinds.Availability)]
[JsonDerivedType(typeof(EndLine), EndLine.Kind)]
internal abstract record ExportLine;

/// <summary>The kinds of lines.</summary>
internal static class LineKinds
{
    internal const string Numbers = "numbers";
    internal const string Project = "project";
    internal const string Agent = "agent";
    internal const string Entity = "entity";
    internal const string Entry = "entry";
    internal const string Delivery = "delivery";
    internal const string Reaction = "reaction";
    internal const string Key = "key";
    internal const string Token = "token";
    internal const string Ticket = "ticket";
    internal const string RelayPlace = "relay_place";
    internal const string WebhookPlace = "webhook_place";
    internal const string BudgetCount = "budget_count";
    internal const string Availability = "availability";

    /// <summary>The order of the kinds in an export. Each is sorted by its key.</summary>
    internal static IReadOnlyList<string> InOrder { get; } =
        [Numbers, Project, Agent, Entity, Entry, Delivery, Reaction, Key, Token, Ticket, RelayPlace, WebhookPlace, BudgetCount, Availability];
}

/// <summary>The first line.</summary>
internal sealed record HeaderLine : ExportLine
{
    internal const string Kind = "export";
    internal const string TheFormat = "parley-export";
    internal const int TheVersion = 3;

    public required string Format { get; init; }
    public required int Version { get; init; }

    /// <summary>Unique to this export. An import that continues recognizes its file by it.</summary>
    public required string ExportId { get; init; }

    public required long MadeAt { get; init; }
    public required string Parley { get; init; }
    public required string Source { get; init; }

    /// <summary>Whether servers were using the store. If so, it may have changed since, and an import is a copy, not a move.</summary>
    public required bool InUse { get; init; }

    /// <summary>Equal only if the store has not changed in between.</summary>
    public required string Stamp { get; init; }
}

/// <summary>The last line.</summary>
internal sealed record EndLine : ExportLine
{
    internal const string Kind = "end";

    /// <summary>The number of lines by kind, for the kinds that occur.</summary>
    public required IReadOnlyDictionary<string, long> Counts { get; init; }

    /// <summary>The SHA-256 of all lines between the first and the last, including line ends. Equal for equal data, whichever store it is
    /// in.</summary>
    public required string DataSha256 { get; init; }

    /// <summary>The SHA-256 of all lines before this one.</summary>
    public required string Sha256 { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    Converters = [typeof(EntryKindJson), typeof(WireEnum<Audience>), typeof(WireEnum<DeliveryState>)])]
[JsonSerializable(typeof(ExportLine))]
internal sealed partial class ExportJson : JsonSerializerContext;

/// <summary>The JSON of a line. Like the wire, it does not escape non-ASCII letters.</summary>
internal static class LineJson
{
    internal static ExportJson Lines { get; } = new(new JsonSerializerOptions(ExportJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = JsonDepth.OfStored,
    });
}
