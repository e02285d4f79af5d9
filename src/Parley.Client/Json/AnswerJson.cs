using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Reads the answers to sends and settlements, alone or as items of a batch.</summary>
internal static class AnswerJson
{
    private static readonly FieldNames Fields = new(
        "status", "message_id", "seq", "conversation_thread_id", "duplicate", "deliveries", "deliveries_total", "problem");

    private static readonly FieldNames OutlookFields = new("agent_id", "status", "activity", "ahead", "outlook", "refused");

    /// <summary>Reads the answer to a send at the reader, or the problem in its place.</summary>
    public static (SendAnswer? Answer, Problem? Problem) ReadSend(ref Utf8JsonReader reader, StringPool pool)
    {
        string? id = null, thread = null;
        var (seq, duplicate, total) = (0L, false, 0);
        IReadOnlyList<DeliveryOutlook> deliveries = [];
        Problem? problem = null;

        MessageJson.Expect(ref reader, JsonTokenType.StartObject);
        var next = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = Fields.Find(ref reader, ref next);
            reader.Read();
            switch (field)
            {
                case 1: id = reader.GetString(); break;
                case 2: seq = reader.GetInt64(); break;
                case 3: thread = reader.GetString(); break;
                case 4: duplicate = reader.TokenType == JsonTokenType.True; break;
                case 5: deliveries = Outlooks(ref reader, pool); break;
                case 6: total = reader.GetInt32(); break;
                case 7: problem = JsonSerializer.Deserialize(ref reader, WireJson.Lenient.Problem); break;
                default: reader.Skip(); break;
            }
        }

        if (problem is not null)
            return (null, problem);
        var answer = new SendAnswer
        {
            MessageId = id ?? throw new JsonException("An answer to a send without its message_id."),
            Seq = seq,
            ConversationThreadId = thread ?? "",
            Duplicate = duplicate,
            Deliveries = deliveries,
            DeliveriesTotal = total,
        };
        return (answer, null);
    }

    /// <summary>Reads a batch item at the reader that only says whether something was done.</summary>
    public static Problem? ReadResult(ref Utf8JsonReader reader)
    {
        Problem? problem = null;
        MessageJson.Expect(ref reader, JsonTokenType.StartObject);
        var next = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = Fields.Find(ref reader, ref next);
            reader.Read();
            if (field == 7)
                problem = JsonSerializer.Deserialize(ref reader, WireJson.Lenient.Problem);
            else
                reader.Skip();
        }

        return problem;
    }

    /// <summary>Moves to the first item of <c>{"items": [...]}</c>. The caller reads until the end of the array.</summary>
    public static void EnterItems(ref Utf8JsonReader reader)
    {
        MessageJson.Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals("items"u8);
            reader.Read();
            if (found)
            {
                MessageJson.Expect(ref reader, JsonTokenType.StartArray);
                return;
            }

            reader.Skip();
        }

        throw new JsonException("An answer to a batch without its items.");
    }

    /// <summary>Leaves the object that <see cref="EnterItems"/> entered, starting at the end of its array.</summary>
    public static void LeaveItems(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            reader.Read();
            reader.Skip();
        }
    }

    private static IReadOnlyList<DeliveryOutlook> Outlooks(ref Utf8JsonReader reader, StringPool pool)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return [];
        DeliveryOutlook? only = null;
        List<DeliveryOutlook>? several = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            var outlook = ReadOutlook(ref reader, pool);
            if (only is null)
                only = outlook;
            else
                (several ??= [only]).Add(outlook);
        }

        return several ?? (only is null ? [] : (IReadOnlyList<DeliveryOutlook>)[only]);
    }

    private static DeliveryOutlook ReadOutlook(ref Utf8JsonReader reader, StringPool pool)
    {
        string? agent = null, refused = null;
        var ahead = 0;
        AgentStatus? status = null;
        AgentActivity? activity = null;
        Outlook? outlook = null;
        var next = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = OutlookFields.Find(ref reader, ref next);
            reader.Read();
            switch (field)
            {
                case 0: agent = pool.Get(ref reader); break;
                case 1: status = EnumWords<AgentStatus>.Read(ref reader); break;
                case 2: activity = EnumWords<AgentActivity>.Read(ref reader); break;
                case 3: ahead = reader.GetInt32(); break;
                case 4: outlook = EnumWords<Outlook>.Read(ref reader); break;
                case 5: refused = pool.Get(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        return new DeliveryOutlook
        {
            AgentId = agent ?? "",
            Status = status ?? AgentStatus.Offline,
            Activity = activity ?? AgentActivity.Unknown,
            Ahead = ahead,
            Outlook = outlook,
            Refused = refused,
        };
    }
}
