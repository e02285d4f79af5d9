using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Reads messages with a hand-written parser, because the generated one allocates a string for every name, again and again.</summary>
internal static class MessageJson
{
    private static readonly FieldNames Fields = new(
        "message_id", "seq", "project_id", "sender_id", "sender_role", "sender_name", "sender_specialization",
        "recipient_id", "recipient_role", "recipient_name", "recipient_specialization", "to", "message_type", "content", "payload",
        "priority", "intent", "surface", "authority", "hops", "conversation_thread_id", "reply_to", "outcome", "supersedes", "task_id",
        "execution_id", "metadata", "narrowed", "deleted", "reactions", "timestamp", "expires_at", "truncated", "content_bytes", "deliveries");

    private static readonly string[] Nobody = [];

    /// <summary>Reads the object at the reader, which is at its end afterward.</summary>
    public static Message Read(ref Utf8JsonReader reader, StringPool pool)
    {
        string? id = null, project = null, sender = null, senderRole = null, senderName = null, senderSpecialization = null;
        string? recipient = null, recipientRole = null, recipientName = null, recipientSpecialization = null, type = null, content = null;
        string? thread = null, replyTo = null, supersedes = null, task = null, execution = null;
        IReadOnlyList<string> to = Nobody;
        JsonElement? payload = null, metadata = null;
        Narrowing? narrowed = null;
        IReadOnlyDictionary<string, IReadOnlyList<string>>? reactions = null;
        var (seq, hops, deleted, priority) = (0L, 0, false, Priority.Normal);
        Intent? intent = null;
        Surface? surface = null;
        Authority? authority = null;
        Outcome? outcome = null;
        DateTimeOffset timestamp = default;
        DateTimeOffset? expires = null;
        var truncated = false;
        long? contentBytes = null;
        DeliveryTally? deliveries = null;

        Expect(ref reader, JsonTokenType.StartObject);
        var next = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = Fields.Find(ref reader, ref next);
            reader.Read();
            switch (field)
            {
                case 0: id = reader.GetString(); break;
                case 1: seq = reader.GetInt64(); break;
                case 2: project = pool.Get(ref reader); break;
                case 3: sender = pool.Get(ref reader); break;
                case 4: senderRole = pool.Get(ref reader); break;
                case 5: senderName = pool.Get(ref reader); break;
                case 6: senderSpecialization = pool.Get(ref reader); break;
                case 7: recipient = pool.Get(ref reader); break;
                case 8: recipientRole = pool.Get(ref reader); break;
                case 9: recipientName = pool.Get(ref reader); break;
                case 10: recipientSpecialization = pool.Get(ref reader); break;
                case 11: to = Addresses(ref reader, pool); break;
                case 12: type = pool.Get(ref reader); break;
                case 13: content = reader.GetString(); break;
                case 14: payload = Element(ref reader); break;
                case 15: priority = (Priority)reader.GetInt32(); break;
                case 16: intent = EnumWords<Intent>.Read(ref reader); break;
                case 17: surface = EnumWords<Surface>.Read(ref reader); break;
                case 18: authority = EnumWords<Authority>.Read(ref reader); break;
                case 19: hops = reader.GetInt32(); break;
                case 20: thread = reader.GetString(); break;
                case 21: replyTo = reader.GetString(); break;
                case 22: outcome = EnumWords<Outcome>.Read(ref reader); break;
                case 23: supersedes = reader.GetString(); break;
                case 24: task = reader.GetString(); break;
                case 25: execution = reader.GetString(); break;
                case 26: metadata = Element(ref reader); break;
                case 27: narrowed = JsonSerializer.Deserialize(ref reader, WireJson.Lenient.Narrowing); break;
                case 28: deleted = reader.TokenType == JsonTokenType.True; break;
                case 29: reactions = JsonSerializer.Deserialize(ref reader, WireJson.Lenient.IReadOnlyDictionaryStringIReadOnlyListString); break;
                case 30: timestamp = reader.GetDateTimeOffset(); break;
                case 31: expires = Time(ref reader); break;
                case 32: truncated = reader.TokenType == JsonTokenType.True; break;
                case 33: contentBytes = reader.TokenType == JsonTokenType.Null ? null : reader.GetInt64(); break;
                case 34: deliveries = JsonSerializer.Deserialize(ref reader, WireJson.Lenient.DeliveryTally); break;
                default: reader.Skip(); break;
            }
        }

        return new Message
        {
            MessageId = id ?? throw new JsonException("A message without its message_id."),
            Seq = seq,
            ProjectId = project ?? "",
            To = to,
            MessageType = type ?? "text",
            ConversationThreadId = thread ?? "",
            Timestamp = timestamp,
            SenderId = sender ?? "",
            SenderRole = senderRole,
            SenderName = senderName,
            SenderSpecialization = senderSpecialization,
            RecipientId = recipient,
            RecipientRole = recipientRole,
            RecipientName = recipientName,
            RecipientSpecialization = recipientSpecialization,
            Content = content,
            Payload = payload,
            Priority = priority,
            Intent = intent ?? Intent.Inform,
            Surface = surface ?? Surface.WhenIdle,
            Authority = authority ?? Authority.Agent,
            Hops = hops,
            ReplyTo = replyTo,
            Outcome = outcome,
            Supersedes = supersedes,
            TaskId = task,
            ExecutionId = execution,
            Metadata = metadata,
            Narrowed = narrowed,
            Deleted = deleted,
            Truncated = truncated,
            ContentBytes = contentBytes,
            Deliveries = deliveries,
            Reactions = reactions,
            ExpiresAt = expires,
        };
    }

    public static JsonElement? Element(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : JsonElement.ParseValue(ref reader);

    public static DateTimeOffset? Time(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Null ? null : reader.GetDateTimeOffset();

    public static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (reader.TokenType != token)
            throw new JsonException($"Expected {token} and found {reader.TokenType}.");
    }

    private static IReadOnlyList<string> Addresses(ref Utf8JsonReader reader, StringPool pool)
    {
        if (reader.TokenType == JsonTokenType.String)
            return [pool.Get(ref reader)!];
        if (reader.TokenType != JsonTokenType.StartArray)
            return Nobody;
        var addresses = new List<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.String)
            addresses.Add(pool.Get(ref reader)!);
        return addresses;
    }
}
