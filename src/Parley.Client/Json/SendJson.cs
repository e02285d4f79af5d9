using System.Runtime.InteropServices;
using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Writes sends with hand-written code: absent fields are left out, and keys are converted from numbers to bytes without a string in
/// between.</summary>
internal static class SendJson
{
    private static readonly JsonEncodedText
        To = JsonEncodedText.Encode("to"), MessageType = JsonEncodedText.Encode("message_type"), Content = JsonEncodedText.Encode("content"),
        Payload = JsonEncodedText.Encode("payload"), PriorityName = JsonEncodedText.Encode("priority"), Ttl = JsonEncodedText.Encode("ttl_seconds"),
        DeliverAt = JsonEncodedText.Encode("deliver_at"), Thread = JsonEncodedText.Encode("conversation_thread_id"),
        ReplyTo = JsonEncodedText.Encode("reply_to"), Settle = JsonEncodedText.Encode("settle"),
        OutcomeName = JsonEncodedText.Encode("outcome"), Supersedes = JsonEncodedText.Encode("supersedes"),
        Task = JsonEncodedText.Encode("task_id"), Execution = JsonEncodedText.Encode("execution_id"), Metadata = JsonEncodedText.Encode("metadata"),
        Key = JsonEncodedText.Encode("idempotency_key"), IntentName = JsonEncodedText.Encode("intent"), SurfaceName = JsonEncodedText.Encode("surface"),
        Sender = JsonEncodedText.Encode("sender_id");

    /// <summary>Writes the fields of a send into an open object.</summary>
    public static void WriteFields(Utf8JsonWriter writer, SendRequest send, IdempotencyKeys keys, long key)
    {
        WriteAddresses(writer, send.To);
        Write(writer, MessageType, send.MessageType);
        Write(writer, Content, send.Content);
        Write(writer, Payload, send.Payload);
        if (send.Priority is { } priority)
            writer.WriteNumber(PriorityName, (int)priority);
        if (send.TtlSeconds is { } ttl)
            writer.WriteNumber(Ttl, ttl);
        if (send.DeliverAt is { } deliverAt)
            writer.WriteString(DeliverAt, WireTime.ToText(deliverAt));
        Write(writer, Thread, send.ConversationThreadId);
        Write(writer, ReplyTo, send.ReplyTo);
        if (send.Settle is { } settle)
            writer.WriteBoolean(Settle, settle);
        if (send.Outcome is { } outcome)
            writer.WriteString(OutcomeName, Words.Of(outcome));
        Write(writer, Supersedes, send.Supersedes);
        Write(writer, Task, send.TaskId);
        Write(writer, Execution, send.ExecutionId);
        Write(writer, Metadata, send.Metadata);
        if (send.Intent is { } intent)
            writer.WriteString(IntentName, Words.Of(intent));
        if (send.Surface is { } surface)
            writer.WriteString(SurfaceName, Words.Of(surface));
        Write(writer, Sender, send.SenderId);
        WriteKey(writer, send.IdempotencyKey, keys, key);
    }

    /// <summary>The approximate size in bytes, to know when a batch is full.</summary>
    public static int Estimate(SendRequest send) =>
        128 + (send.Content?.Length ?? 0) + Length(send.Payload) + Length(send.Metadata);

    private static void WriteAddresses(Utf8JsonWriter writer, IReadOnlyList<string>? to)
    {
        if (to is null)
            return;
        if (to.Count == 1)
        {
            writer.WriteString(To, to[0]);
            return;
        }

        writer.WriteStartArray(To);
        foreach (var address in to)
            writer.WriteStringValue(address);
        writer.WriteEndArray();
    }

    private static void WriteKey(Utf8JsonWriter writer, string? given, IdempotencyKeys keys, long key)
    {
        if (given is not null)
        {
            writer.WriteString(Key, given);
            return;
        }

        Span<byte> text = stackalloc byte[IdempotencyKeys.Length];
        keys.Write(key, text);
        writer.WriteString(Key, text);
    }

    private static void Write(Utf8JsonWriter writer, JsonEncodedText name, string? value)
    {
        if (value is not null)
            writer.WriteString(name, value);
    }

    private static void Write(Utf8JsonWriter writer, JsonEncodedText name, JsonElement? value)
    {
        if (value is not { ValueKind: not JsonValueKind.Undefined } element)
            return;
        writer.WritePropertyName(name);
        writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(element), skipInputValidation: true);
    }

    private static int Length(JsonElement? value) =>
        value is { ValueKind: not JsonValueKind.Undefined } element ? JsonMarshal.GetRawUtf8Value(element).Length : 0;
}
