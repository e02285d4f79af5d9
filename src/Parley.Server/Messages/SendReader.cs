using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Messages;

/// <summary>Which fields a send may have in addition to its own.</summary>
[Flags]
internal enum SendShape
{
    Plain = 0,

    /// <summary>Without <c>to</c>, but with filters for capability, role, type, squad, and status.</summary>
    Broadcast = 1,

    /// <summary>With <c>timeout_seconds</c>.</summary>
    Request = 2,

    /// <summary>A reply frame: <c>message_id</c> takes the place of <c>reply_to</c>, and <c>to</c> may be absent.</summary>
    Reply = 4,
}

/// <summary>Reads a send directly from its bytes.</summary>
/// <remarks>For speed, this reads only valid input. For anything else, it returns null, and the caller has the strict reader find out what is
/// wrong.</remarks>
internal static class SendReader
{
    /// <summary>Reads one object. <paramref name="json"/> must be valid text (UTF-8, no NUL).</summary>
    internal static SendDraft? Read(ReadOnlyMemory<byte> json, SendShape shape)
    {
        try
        {
            var reader = new Utf8JsonReader(json.Span, JsonDepth.Input);
            return reader.Read() && Read(ref reader, json, shape) is { } draft && !reader.Read() ? draft : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // It is not JSON, is nested too deeply, or has half a surrogate pair.
            return null;
        }
    }

    /// <summary>Reads the object at which <paramref name="reader"/> is positioned; <paramref name="source"/> is what it reads from.</summary>
    internal static SendDraft? Read(ref Utf8JsonReader reader, ReadOnlyMemory<byte> source, SendShape shape)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return null;

        var draft = new SendDraft();
        var seen = 0u;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = FieldOf(reader.ValueSpan, shape);
            if (field == Field.Unknown || (seen & (1u << (int)field)) != 0 || !reader.Read())
                return null;
            seen |= 1u << (int)field;
            if (reader.TokenType != JsonTokenType.Null && !ReadValue(ref reader, source, draft, field))
                return null;
        }

        return reader.TokenType == JsonTokenType.EndObject ? draft : null;
    }

    private enum Field
    {
        Unknown,
        To,
        Type,
        Content,
        Payload,
        Priority,
        Ttl,
        DeliverAt,
        Thread,
        ReplyTo,
        Outcome,
        Supersedes,
        TaskId,
        Execution,
        Metadata,
        Key,
        Intent,
        Surface,
        Sender,
        Timeout,
        Capability,
        Role,
        AgentType,
        Squad,
        Status,
        Settle,
    }

    private static Field FieldOf(ReadOnlySpan<byte> name, SendShape shape)
    {
        if (name.SequenceEqual("to"u8))
            return (shape & SendShape.Broadcast) != 0 ? Field.Unknown : Field.To;
        if (name.SequenceEqual("content"u8))
            return Field.Content;
        if (name.SequenceEqual("idempotency_key"u8))
            return Field.Key;
        if (name.SequenceEqual("message_type"u8))
            return Field.Type;
        if (name.SequenceEqual("payload"u8))
            return Field.Payload;
        if (name.SequenceEqual("priority"u8))
            return Field.Priority;
        if (name.SequenceEqual("reply_to"u8))
            return (shape & SendShape.Reply) != 0 ? Field.Unknown : Field.ReplyTo;
        if (name.SequenceEqual("message_id"u8))
            return (shape & SendShape.Reply) != 0 ? Field.ReplyTo : Field.Unknown;
        if (name.SequenceEqual("conversation_thread_id"u8))
            return Field.Thread;
        if (name.SequenceEqual("metadata"u8))
            return Field.Metadata;
        return RareFieldOf(name, shape);
    }

    private static Field RareFieldOf(ReadOnlySpan<byte> name, SendShape shape)
    {
        var broadcast = (shape & SendShape.Broadcast) != 0;
        if (name.SequenceEqual("ttl_seconds"u8))
            return Field.Ttl;
        if (name.SequenceEqual("deliver_at"u8))
            return Field.DeliverAt;
        if (name.SequenceEqual("outcome"u8))
            return Field.Outcome;
        if (name.SequenceEqual("settle"u8))
            return Field.Settle;
        if (name.SequenceEqual("supersedes"u8))
            return Field.Supersedes;
        if (name.SequenceEqual("task_id"u8))
            return Field.TaskId;
        if (name.SequenceEqual("execution_id"u8))
            return Field.Execution;
        if (name.SequenceEqual("intent"u8))
            return Field.Intent;
        if (name.SequenceEqual("surface"u8))
            return Field.Surface;
        if (name.SequenceEqual("sender_id"u8))
            return Field.Sender;
        if (name.SequenceEqual("timeout_seconds"u8))
            return (shape & SendShape.Request) != 0 ? Field.Timeout : Field.Unknown;
        if (!broadcast)
            return Field.Unknown;
        if (name.SequenceEqual("capability"u8))
            return Field.Capability;
        if (name.SequenceEqual("role"u8))
            return Field.Role;
        if (name.SequenceEqual("type"u8))
            return Field.AgentType;
        if (name.SequenceEqual("squad"u8))
            return Field.Squad;
        return name.SequenceEqual("status"u8) ? Field.Status : Field.Unknown;
    }

    private static bool ReadValue(ref Utf8JsonReader reader, ReadOnlyMemory<byte> source, SendDraft draft, Field field)
    {
        switch (field)
        {
            case Field.To:
                return ReadAddresses(ref reader, draft);
            case Field.Content:
                draft.Content = reader.TokenType == JsonTokenType.String ? Slice(ref reader, source) : default;
                return reader.TokenType == JsonTokenType.String;
            case Field.Payload:
                draft.Payload = Slice(ref reader, source);
                return true;
            case Field.Metadata:
                draft.Metadata = Slice(ref reader, source);
                return true;
            case Field.Priority:
                return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var priority) && Set(draft, priority);
            case Field.Ttl:
                return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var ttl) && (draft.TtlSeconds = ttl) is not null;
            case Field.Timeout:
                return reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var seconds) && (draft.TimeoutSeconds = seconds) is not double.NaN;
            case Field.Settle:
                draft.SettleAsked = reader.TokenType == JsonTokenType.True;
                return reader.TokenType is JsonTokenType.True or JsonTokenType.False;
            case Field.DeliverAt:
                if (!WireTime.TryRead(ref reader, out var at))
                    return false;
                draft.DeliverAt = at;
                return true;
            default:
                return reader.TokenType == JsonTokenType.String && ReadWord(ref reader, draft, field);
        }
    }

    private static bool ReadWord(ref Utf8JsonReader reader, SendDraft draft, Field field)
    {
        switch (field)
        {
            case Field.Type:
                draft.Type = reader.GetString()!;
                return true;
            case Field.Key:
                draft.IdempotencyKey = reader.GetString();
                return true;
            case Field.TaskId:
                draft.TaskId = reader.GetString();
                return true;
            case Field.Sender:
                draft.SenderId = reader.GetString();
                return true;
            case Field.Thread:
                return (draft.Thread = Id(ref reader)) is not null;
            case Field.ReplyTo:
                return (draft.ReplyTo = Id(ref reader)) is not null;
            case Field.Supersedes:
                return (draft.Supersedes = Id(ref reader)) is not null;
            case Field.Execution:
                return (draft.Execution = Id(ref reader)) is not null;
            case Field.Intent:
                return Word(ref reader, out Intent intent) && (draft.Intent = intent) == intent;
            case Field.Surface:
                return Word(ref reader, out Surface surface) && (draft.SurfaceAsked = surface) == surface;
            case Field.Outcome:
                return Word(ref reader, out Outcome outcome) && (draft.Outcome = outcome) == outcome;
            default:
                return ReadNarrowing(ref reader, draft, field);
        }
    }

    private static bool ReadNarrowing(ref Utf8JsonReader reader, SendDraft draft, Field field)
    {
        var narrowed = draft.Narrowed ?? new Narrowing();
        if (field == Field.Status)
        {
            if (!Word(ref reader, out AgentStatus status))
                return false;
            draft.Narrowed = narrowed with { Status = status };
            return true;
        }

        var word = reader.GetString()!;
        draft.Narrowed = field switch
        {
            Field.Capability => narrowed with { Capability = word },
            Field.Role => narrowed with { Role = word },
            Field.AgentType => narrowed with { Type = word },
            _ => narrowed with { Squad = word },
        };
        return true;
    }

    private static bool ReadAddresses(ref Utf8JsonReader reader, SendDraft draft)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            draft.To.Add(reader.GetString()!);
            return true;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
            return false;
        draft.ToIsArray = true;
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
            draft.To.Add(reader.GetString()!);
        return reader.TokenType == JsonTokenType.EndArray;
    }

    private static ReadOnlyMemory<byte> Slice(ref Utf8JsonReader reader, ReadOnlyMemory<byte> source)
    {
        var start = (int)reader.TokenStartIndex;
        if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            reader.Skip();
        return source[start..(int)reader.BytesConsumed];
    }

    private static bool Set(SendDraft draft, int priority)
    {
        draft.Priority = (Priority)priority;
        return priority is >= (int)Priority.Low and <= (int)Priority.Critical;
    }

    /// <summary>An id as on the wire, with hyphens; null for anything else.</summary>
    private static Guid? Id(ref Utf8JsonReader reader) => reader.TryGetGuid(out var id) ? id : null;

    private static bool Word<TEnum>(ref Utf8JsonReader reader, out TEnum value)
        where TEnum : struct, Enum => EnumUtf8<TEnum>.TryRead(ref reader, out value);
}
