using System.Globalization;
using Parley.Server.Projects;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>The rules for sends, and the messages of their refusals.</summary>
internal static class SendRules
{
    private const int LongestKey = 255;
    private const int MostAddresses = 100;

    /// <summary>The most seconds that a request may wait.</summary>
    internal const double LongestTimeout = 3_600;

    /// <summary>A year. Anything longer is probably the wrong unit.</summary>
    private const int LongestLife = 366 * 86_400;

    /// <summary>If a message were due later, its expiration could be after the last time that can be written.</summary>
    private static readonly DateTimeOffset LatestDelivery = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <returns>Null for a valid send, without allocating anything.</returns>
    internal static ApiProblem? Check(SendDraft draft, int maxBytes)
    {
        if (IsPlainlyGood(draft, maxBytes))
            return null;
        if (draft.Bytes > maxBytes)
            return Problems.TooLarge("The message (content, payload and metadata together)", maxBytes);

        return new Validation()
            .Check(draft.To.Count > 0 || draft.ReplyTo is not null, "to", "is missing")
            .Check(draft.To.Count <= MostAddresses, "to", $"has {draft.To.Count} addresses; at most {MostAddresses} are allowed")
            .Check(draft.To.All(address => address.Length is > 0 and <= 300), "to", "contains an empty or overlong address")
            .MessageType("message_type", draft.Type)
            .Check(!draft.Content.IsEmpty || !draft.Payload.IsEmpty, "content", "is missing, and so is payload: give at least one")
            .Check(draft.TtlSeconds is null or (>= 1 and <= LongestLife), "ttl_seconds", $"is {draft.TtlSeconds}; expected 1 to {LongestLife}")
            .Check(draft.DeliverAt is null || draft.DeliverAt < LatestDelivery, "deliver_at", "must be before the year 9000")
            .Check(draft.IdempotencyKey is null or { Length: > 0 and <= LongestKey }, "idempotency_key", $"must have 1 to {LongestKey} characters")
            .Check(draft.TaskId is null or { Length: > 0 and <= LongestKey }, "task_id", $"must have 1 to {LongestKey} characters")
            .Check(draft.TimeoutSeconds is >= 0.001 and <= LongestTimeout, "timeout_seconds", $"expected 0.001 to {LongestTimeout}")
            .Check(draft.Metadata.IsEmpty || draft.Metadata.Span[0] == (byte)'{', "metadata", "must be an object")
            .Check(draft.Outcome is null || draft.ReplyTo is not null, "outcome", "is only for replies: name the message in reply_to")
            .Check(draft.SettleAsked is null || draft.ReplyTo is not null, "settle", "is only for replies: name the message in reply_to")
            .Problem;
    }

    internal static SendReply Reply(Send send, SendOutcome outcome) => new(
        outcome.Result switch
        {
            SendResult.Stored or SendResult.Duplicate => null,
            SendResult.KeyConflict => Problems.IdempotencyConflict(send.IdempotencyKey!),
            SendResult.MailboxFull => Problems.MailboxFull(send.Recipients.Agents[0].Id, send.Project.Settings.MailboxLimit),
            SendResult.BudgetSpent => OverBudget(outcome.Refusal!, send.Bytes),
            SendResult.ExecutionEnded => Problems.ExecutionEnded(send.ExecutionId?.ToString() ?? ""),
            SendResult.Unavailable => Problems.StorageUnavailable(),
            _ => Problems.Internal(),
        },
        send,
        outcome);

    internal static ApiProblem OverBudget(BudgetRefusal refusal, long bytes)
    {
        var (limit, spent) = (refusal.Limit, refusal.Spent);
        if (limit.Messages is { } messages && spent.Messages >= messages)
        {
            var budget = messages == 1 ? "1 message" : string.Create(CultureInfo.InvariantCulture, $"{messages} messages");
            return Problems.BudgetSpent(limit.Noun, limit.Id, budget, limit.Remedy(spent, bytes));
        }

        var most = limit.Bytes!.Value;
        return spent.Bytes >= most
            ? Problems.BudgetSpent(limit.Noun, limit.Id, string.Create(CultureInfo.InvariantCulture, $"{most} bytes"), limit.Remedy(spent, bytes))
            : Problems.BudgetTooSmall(limit.Noun, limit.Id, most, most - spent.Bytes, bytes, limit.Remedy(spent, bytes));
    }

    private static bool IsPlainlyGood(SendDraft draft, int maxBytes) =>
        draft.Bytes <= maxBytes && draft.To is [{ Length: > 0 and <= 255 }] && !draft.Content.IsEmpty && draft.Metadata.IsEmpty &&
        draft.TtlSeconds is null && draft.DeliverAt is null && draft.TaskId is null && draft.Outcome is null && draft.SettleAsked is null && (draft.IdempotencyKey is null or { Length: > 0 and <= LongestKey }) &&
        draft.TimeoutSeconds is 30 && WireNames.IsMessageType(draft.Type);
}
