using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Reads <c>change</c> frames with a hand-written parser, because a reader of a busy project gets hundreds of thousands.</summary>
internal static class ChangeJson
{
    public const string Messages = "messages", Receipts = "receipts", Attention = "attention";

    private static readonly FieldNames Fields = new("subscription", "feed", "place", "op", "item");

    public static (string Subscription, FeedEntry Entry) Read(ref Utf8JsonReader reader, StringPool pool)
    {
        string? subscription = null, feed = null, place = null;
        ChangeOp? op = null;
        Message? message = null;
        JsonElement? item = null;

        MessageJson.Expect(ref reader, JsonTokenType.StartObject);
        var next = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = Fields.Find(ref reader, ref next);
            reader.Read();
            switch (field)
            {
                case 0: subscription = pool.Get(ref reader); break;
                case 1: feed = pool.Get(ref reader); break;
                case 2: place = reader.GetString(); break;
                case 3: op = EnumWords<ChangeOp>.Read(ref reader); break;
                case 4 when feed == Messages && op == ChangeOp.Put: message = MessageJson.Read(ref reader, pool); break;
                case 4: item = MessageJson.Element(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        var entry = new FeedEntry
        {
            Feed = feed ?? throw new JsonException("A change without its feed."),
            Kind = op switch { ChangeOp.Delete => FeedEntryKind.Delete, ChangeOp.Gap => FeedEntryKind.Gap, _ => FeedEntryKind.Put },
            Place = place,
            Message = message ?? (feed == Messages && op is ChangeOp.Put or null ? item?.Deserialize(WireJson.Lenient.Message) : null),
            Item = item,
        };
        return (subscription ?? throw new JsonException("A change without its subscription."), entry);
    }
}
