using System.Buffers;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Xunit;

namespace Parley.Client.Tests;

public sealed class JsonTests
{
    private static readonly Message Full = new()
    {
        MessageId = "0199e1c2-0000-7000-8000-000000000001",
        Seq = 1042,
        ProjectId = "default",
        SenderId = "pm-1",
        SenderRole = "project_manager",
        SenderName = "Müller \"PM\"",
        RecipientId = "be-1",
        RecipientName = "Backend",
        To = ["be-1", "squad:alpha"],
        MessageType = "task_assignment",
        Content = "Zeile 1\nZeile 2 \u00e4 \ud83d\ude00",
        Payload = Element("""{"a":[1,2,{"b":null}]}"""),
        Priority = Priority.Critical,
        Intent = Intent.Request,
        Surface = Surface.NextBoundary,
        Authority = Authority.Operator,
        Hops = 3,
        ConversationThreadId = "0199e1c2-0000-7000-8000-000000000002",
        ReplyTo = "0199e1c2-0000-7000-8000-000000000003",
        Outcome = Outcome.Error,
        Metadata = Element("""{"estimated_hours":8}"""),
        Narrowed = new Narrowing { Role = "tech_lead" },
        Reactions = new Dictionary<string, IReadOnlyList<string>> { ["👍"] = ["be-1", "be-2"] },
        Timestamp = DateTimeOffset.Parse("2026-01-22T13:56:52.551Z"),
        ExpiresAt = DateTimeOffset.Parse("2026-01-23T13:56:52.551Z"),
    };

    [Fact]
    public void The_hand_written_reader_reads_messages_like_the_generated_one()
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(Full, WireJson.Lenient.Message);
        Assert.Equal(Text(Full), Text(Read(bytes)));
    }

    [Fact]
    public void Fields_may_come_in_any_order_and_unknown_ones_are_skipped()
    {
        var fields = JsonSerializer.SerializeToElement(Full, WireJson.Lenient.Message).EnumerateObject().Reverse().ToArray();
        var json = "{\"new_field\":{\"x\":[1]}," + string.Join(",", fields.Select(field => $"\"{field.Name}\":{field.Value.GetRawText()}")) + "}";
        Assert.Equal(Text(Full), Text(Read(Encoding.UTF8.GetBytes(json))));
    }

    [Fact]
    public void A_send_is_written_so_that_the_servers_strict_reader_reads_it()
    {
        var send = new SendRequest
        {
            To = ["be-1"],
            MessageType = "text",
            Content = "ä \"x\" \n",
            Payload = Element("""{ "a" : 1 }"""),
            Priority = Priority.High,
            TtlSeconds = 60,
            DeliverAt = Full.Timestamp,
            ConversationThreadId = "t",
            ReplyTo = "r",
            Outcome = Outcome.Success,
            Supersedes = "s",
            TaskId = "k",
            ExecutionId = "e",
            Metadata = Element("""{"b":2}"""),
            Intent = Intent.Request,
            Surface = Surface.WhenIdle,
            SenderId = "pm-1",
        };
        var keys = new IdempotencyKeys();
        var read = JsonSerializer.Deserialize(Write(send, keys, 7), WireJson.Strict.SendRequest)!;

        Assert.Equal(keys.ToText(7), read.IdempotencyKey);
        Assert.Equal(
            JsonSerializer.Serialize(send, WireJson.Lenient.SendRequest).Replace(" : ", ":", StringComparison.Ordinal),
            JsonSerializer.Serialize(read with { IdempotencyKey = null }, WireJson.Lenient.SendRequest));
    }

    [Fact]
    public void A_send_leaves_out_what_is_absent_and_keeps_a_key_of_the_callers()
    {
        var json = Write(new SendRequest { To = ["a", "b"], Content = "x", IdempotencyKey = "mine" }, new IdempotencyKeys(), 1);
        Assert.Equal("""{"to":["a","b"],"content":"x","idempotency_key":"mine"}""", json);
    }

    [Fact]
    public void Invalid_Unicode_is_sent_with_replacement_characters() =>
        Assert.Contains("\ufffd", JsonDocument.Parse(Write(new SendRequest { Content = "a\ud800b" }, new IdempotencyKeys(), 1)).RootElement.GetProperty("content").GetString(), StringComparison.Ordinal);

    [Fact]
    public void An_answer_to_a_send_is_read_with_its_deliveries()
    {
        var answer = new SendAnswer
        {
            MessageId = "m",
            Seq = 5,
            ConversationThreadId = "t",
            Duplicate = true,
            DeliveriesTotal = 2,
            Deliveries =
            [
                new DeliveryOutlook { AgentId = "be-1", Status = AgentStatus.Busy, Activity = AgentActivity.BlockedOnHuman, Ahead = 3, Outlook = Outlook.HeldUntilBack },
                new DeliveryOutlook { AgentId = "be-2", Refused = ErrorCodes.MailboxFull },
            ],
        };
        var reader = new Utf8JsonReader(JsonSerializer.SerializeToUtf8Bytes(answer, WireJson.Lenient.SendAnswer));
        reader.Read();
        var (read, problem) = AnswerJson.ReadSend(ref reader, new StringPool());

        Assert.Null(problem);
        Assert.Equal(JsonSerializer.Serialize(answer, WireJson.Lenient.SendAnswer), JsonSerializer.Serialize(read!, WireJson.Lenient.SendAnswer));
    }

    [Fact]
    public void The_pool_gives_the_same_string_for_the_same_bytes_and_never_another()
    {
        var pool = new StringPool();
        for (var round = 0; round < 2; round++)
        {
            foreach (var text in Enumerable.Range(0, 5000).Select(i => $"agent-{i}").Append("ünïcode").Append(""))
                Assert.Equal(text, Pooled(pool, text));
        }

        Assert.Same(Pooled(pool, "be-1"), Pooled(pool, "be-1"));
    }

    private static string? Pooled(StringPool pool, string text)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes($"\"{text}\""));
        reader.Read();
        return pool.Get(ref reader);
    }

    private static Message Read(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        var message = MessageJson.Read(ref reader, new StringPool());
        Assert.False(reader.Read());
        return message;
    }

    private static string Write(SendRequest send, IdempotencyKeys keys, long key)
    {
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            SendJson.WriteFields(writer, send, keys, key);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }

    private static string Text(Message message) => JsonSerializer.Serialize(message, WireJson.Lenient.Message);

    private static JsonElement Element(string json) => JsonElement.Parse(json);
}
