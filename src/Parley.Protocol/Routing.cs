using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>A project's routing rules. They are evaluated in order for each message that is sent.</summary>
public sealed record RoutingRules
{
    public IReadOnlyList<RoutingRule> Rules { get; init; } = [];

    /// <summary>Who changed them last: an agent of type <c>human</c>, or null.</summary>
    public string? UpdatedBy { get; init; }

    /// <summary>Null if the project never had rules.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Null if the project never had rules.</summary>
    public DateTimeOffset? UpdatedAt { get; init; }

    /// <summary>Increases with every change. 0 if the project never had rules.</summary>
    public long Version { get; init; }
}

/// <summary>New routing rules, which replace all present ones.</summary>
public sealed record RoutingRulesRequest
{
    /// <summary>In order, at most 200. Empty to remove all rules.</summary>
    public IReadOnlyList<RoutingRule>? Rules { get; init; }
}

/// <summary>Changes the messages that match its conditions. All rules that match apply, in order, until one of them has <c>stop</c>.</summary>
/// <remarks>A field that is null is left out, so that rules are read as they were written.</remarks>
public sealed record RoutingRule
{
    /// <summary>Unique in the project: 1-64 of <c>A-Z a-z 0-9 . _ -</c>. Traces name the rule by it.</summary>
    public string? Name { get; init; }

    /// <summary>One line, up to 200 characters.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>Which messages it applies to: those that meet all conditions. Absent for all messages.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RoutingConditions? When { get; init; }

    /// <summary>Where the message goes instead of where it was addressed: one address or several, such as <c>capability:review</c>. The first rule
    /// that matches and has it decides. Replies always go to whom they were addressed.</summary>
    [JsonConverter(typeof(AddressesConverter))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? To { get; init; }

    /// <summary>The least priority that the message has from then on. A higher one stays.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Priority? Priority { get; init; }

    /// <summary>An object whose fields are added to the message's metadata. They replace fields with the same name.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Metadata { get; init; }

    /// <summary>Whether the rules after this one are skipped if it matches.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Stop { get; init; }
}

/// <summary>Which messages a rule applies to. Each condition that is present must hold for the message as it was sent.</summary>
public sealed record RoutingConditions
{
    /// <summary>Message types, at most 100. In each, <c>*</c> matches any characters within a word, and <c>&gt;</c> at the end matches one or more
    /// words: <c>task_*</c>, <c>build.&gt;</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Types { get; init; }

    /// <summary>Words, at most 100, of which at least one is in the content. A word consists of letters, digits, and <c>_</c>. Upper and lower case
    /// are the same.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Words { get; init; }

    /// <summary>A regular expression that matches somewhere in the content, up to 1,000 characters. It cannot use what needs backtracking:
    /// lookarounds, backreferences, atomic groups. <c>(?i)</c> at its start ignores case.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Pattern { get; init; }

    /// <summary>Fields that the metadata has, with these values.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonElement? Metadata { get; init; }

    /// <summary>Ids of senders, or <c>role:ROLE</c>, at most 100: one of them sent it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Senders { get; init; }

    /// <summary>Addresses, at most 100: it was addressed to at least one of them, in exactly these words.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? To { get; init; }
}

/// <summary>Where a message would go, and why. Nothing was sent.</summary>
public sealed record RoutingExplanation
{
    /// <summary>Where it would be addressed after the rules.</summary>
    [JsonConverter(typeof(AddressesConverter))]
    public IReadOnlyList<string> To { get; init; } = [];

    /// <summary>Who would get it, the first 100.</summary>
    public IReadOnlyList<string> Recipients { get; init; } = [];

    public int RecipientsTotal { get; init; }

    public Priority Priority { get; init; }
    public JsonElement? Metadata { get; init; }

    /// <summary>Every rule of the project, in order.</summary>
    public IReadOnlyList<RuleVerdict> Rules { get; init; } = [];

    /// <summary>What the rules would do, and how each address would be resolved, as a trace shows it.</summary>
    public IReadOnlyList<string> Routing { get; init; } = [];

    /// <summary>For a capability: the agents that have it, and which of them would be chosen.</summary>
    public IReadOnlyList<RoutingCandidate> Candidates { get; init; } = [];

    /// <summary>Why its addresses would be refused; null if they would not be.</summary>
    public Problem? Problem { get; init; }
}

/// <summary>Whether a rule would apply to a message.</summary>
public sealed record RuleVerdict
{
    public required string Name { get; init; }
    public bool Matches { get; init; }

    /// <summary>What it would do, or which condition does not hold.</summary>
    public required string Reason { get; init; }
}

/// <summary>An agent that a message to a capability could go to.</summary>
public sealed record RoutingCandidate
{
    public required string AgentId { get; init; }
    public required string Capability { get; init; }
    public AgentStatus Status { get; init; }
    public bool Paused { get; init; }

    /// <summary>How many deliveries it has, waiting or in hand.</summary>
    public int Deliveries { get; init; }

    public bool Chosen { get; init; }
}

/// <summary>How often each rule was applied, and how messages reached their recipients.</summary>
public sealed record RoutingStats
{
    /// <summary>By rule, the most frequent first. Rules that were deleted keep their counts.</summary>
    public IReadOnlyList<RoutingCount> Rules { get; init; } = [];

    /// <summary>By the kind of address, the most frequent first: <c>capability</c> (chosen as the setting <c>routing_strategy</c> says), <c>squad</c>,
    /// <c>role</c>, <c>topic</c>, <c>narrowed</c> (a broadcast to a part of everybody), and <c>name</c> (an agent's name). Messages to an agent's id, and
    /// to everybody, are not counted.</summary>
    public IReadOnlyList<RoutingCount> Strategies { get; init; } = [];
}

/// <summary>How many messages.</summary>
public sealed record RoutingCount
{
    public required string Name { get; init; }
    public long Messages { get; init; }
    public DateTimeOffset? FirstAt { get; init; }
    public DateTimeOffset? LastAt { get; init; }
}
