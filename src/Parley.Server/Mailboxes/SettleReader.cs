using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>One settlement as requested.</summary>
internal readonly record struct SettleDraft(SettleVerb Verb, Guid MessageId, long Delivery, long Lease)
{
    internal TimeSpan? Delay { get; init; }
    internal string? Reason { get; init; }
    internal TimeSpan Extension { get; init; }

    /// <summary>The caller does not wait for the answer.</summary>
    internal bool IsDeferred { get; init; }

    /// <inheritdoc cref="Settle.Evidence"/>
    internal SurfaceEvidence Evidence { get; init; }

    /// <summary>Set if the request could not be read. The other values then mean nothing.</summary>
    internal ApiProblem? Problem { get; init; }
}

/// <summary>Reads settlements from frames: acknowledgments directly from their bytes, the rarer verbs through their wire types.</summary>
internal static class SettleReader
{
    internal const int MostLeaseSeconds = 3_600;
    internal static readonly TimeSpan DefaultLease = TimeSpan.FromSeconds(30);

    internal static SettleDraft Read(ReadOnlyMemory<byte> data, SettleVerb verb)
    {
        if (verb is SettleVerb.Ack or SettleVerb.Surfaced && TryReadPlain(data.Span, verb, out var draft))
            return draft;
        if (!JsonInput.TryRead<SettleItem>(data.IsEmpty ? "{}"u8 : data.Span, out var item, out var problem))
            return new SettleDraft { Problem = problem };
        return Read(verb, item.MessageId, item);
    }

    /// <summary>Reads a settlement from the parts of a REST request.</summary>
    internal static SettleDraft Read(SettleVerb verb, string? messageId, SettleItem item)
    {
        long delivery = 0, lease = 0;
        var problem = new Validation()
            .Required("message_id", messageId)
            .Uuid("message_id", messageId)
            .Check(item.LeaseId is null || LeaseId.TryParse(item.LeaseId, out delivery, out lease), "lease_id", "is not a lease of this server")
            .Check(item.DelaySeconds is null or (>= 0 and <= 30 * 86_400), "delay_seconds", "expected 0 to 2592000")
            .Check(item.LeaseSeconds is null or (>= 1 and <= MostLeaseSeconds), "lease_seconds", $"expected 1 to {MostLeaseSeconds}")
            .Check(item.DelaySeconds is null || verb == SettleVerb.Nack, "delay_seconds", "is only for a nack")
            .Check(item.Reason is null || verb == SettleVerb.Nack, "reason", "is only for a nack")
            .Check(item.LeaseSeconds is null || verb == SettleVerb.Extend, "lease_seconds", "is only for extending")
            .Check(item.Defer is null || verb == SettleVerb.Ack, "defer", "is only for an ack")
            .Length("reason", item.Reason, 1_000)
            .Problem;
        if (problem is not null)
            return new SettleDraft { Problem = problem };
        return new SettleDraft(verb, Guid.Parse(messageId!), delivery, lease)
        {
            Delay = item.DelaySeconds is { } delay ? TimeSpan.FromSeconds(delay) : null,
            Reason = item.Reason,
            IsDeferred = item.Defer is true,
            Extension = item.LeaseSeconds is { } extension ? TimeSpan.FromSeconds(extension) : DefaultLease,
        };
    }

    private static bool TryReadPlain(ReadOnlySpan<byte> data, SettleVerb verb, out SettleDraft draft)
    {
        draft = default;
        Guid? message = null;
        long delivery = 0, lease = 0;
        bool? isDeferred = null;
        var reader = new Utf8JsonReader(data, JsonDepth.Stored);
        if (data.IsEmpty || !reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("message_id"u8))
            {
                if (message is not null || !reader.Read() || reader.TokenType != JsonTokenType.String || !reader.TryGetGuid(out var id))
                    return false;
                message = id;
            }
            else if (reader.ValueTextEquals("lease_id"u8))
            {
                if (!reader.Read() || reader.TokenType != JsonTokenType.String || lease != 0 || !LeaseId.TryParse(reader.ValueSpan, out delivery, out lease))
                    return false;
            }
            else if (verb == SettleVerb.Ack && reader.ValueTextEquals("defer"u8))
            {
                if (isDeferred is not null || !reader.Read() || reader.TokenType is not (JsonTokenType.True or JsonTokenType.False))
                    return false;
                isDeferred = reader.TokenType == JsonTokenType.True;
            }
            else
            {
                return false;
            }
        }

        if (message is null)
            return false;
        draft = new SettleDraft(verb, message.Value, delivery, lease) { IsDeferred = isDeferred is true };
        return true;
    }
}
