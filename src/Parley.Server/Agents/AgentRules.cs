using System.Text;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Agents;

/// <summary>The rules for agents' details.</summary>
internal static class AgentRules
{
    private const int LongestWord = 100;
    private const int LongestNote = 200;
    private const int MostCapabilities = 100;
    private const int MostTopics = 1_000;
    private const int LongestTopic = 200;

    /// <summary>The metadata is in every log entry about the agent.</summary>
    private const int MaxMetadataBytes = 64 * 1024;

    internal static Validation Check(RegisterRequest request) => new Validation()
        .AgentId("agent_id", request.AgentId)
        .Name("name", request.Name)
        .MessageType("type", request.Type)
        .DisplayText("role", request.Role, LongestWord)
        .DisplayText("specialization", request.Specialization)
        .Words("capabilities", request.Capabilities, MostCapabilities)
        .Object("metadata", request.Metadata)
        .Check(
            request.Metadata is not { } metadata || Encoding.UTF8.GetByteCount(metadata.GetRawText()) <= MaxMetadataBytes,
            "metadata", $"is larger than {MaxMetadataBytes} bytes");

    internal static ApiProblem? Check(Subscriptions subscriptions)
    {
        var validation = new Validation()
            .Required("topics", subscriptions.Topics)
            .Check(subscriptions.Topics is null or { Count: <= MostTopics }, "topics", $"has more than {MostTopics} items");
        for (var i = 0; validation.IsGood && i < subscriptions.Topics!.Count; i++)
        {
            validation.Check(
                subscriptions.Topics[i] is { Length: <= LongestTopic } topic && TopicPattern.IsValid(topic),
                $"topics[{i}]", $"must be words separated by dots, with * for one word and > at the end for the rest, at most {LongestTopic} characters");
        }

        return validation.Problem;
    }

    internal static ApiProblem? Check(StatusRequest request) => new Validation()
        .Check((request.Status ?? (object?)request.Activity ?? request.Note) is not null, "status", "is missing, and so are activity and note: give at least one")
        // An empty one removes what was said.
        .DisplayText("note", request.Note is { Length: 0 } ? null : request.Note, LongestNote)
        .Problem;

    /// <summary>A change to the operators' inbox would affect all operators.</summary>
    internal static ApiProblem Untouchable() => Problems.Forbidden("The operators' inbox 'human' cannot be changed.");

    private static Validation Words(this Validation validation, string field, IReadOnlyList<string>? words, int most)
    {
        if (words is null)
            return validation;
        validation.Check(words.Count <= most, field, $"has {words.Count} items; at most {most} are allowed");
        for (var i = 0; i < Math.Min(words.Count, most); i++)
            validation.Required($"{field}[{i}]", words[i]).DisplayText($"{field}[{i}]", words[i], LongestWord);
        return validation;
    }
}
