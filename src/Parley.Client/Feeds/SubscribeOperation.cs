using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Requests a subscription, or requests it again on a new connection, after its place.</summary>
internal sealed class SubscribeOperation(ParleyAgent agent, FeedSubscription subscription) : Operation
{
    public FeedSubscription Subscription => subscription;

    public override void Write(Utf8JsonWriter writer)
    {
        WriteStart(writer, FrameEvents.Subscribe);
        writer.WriteStartObject();
        writer.WriteStartObject("feeds"u8);
        foreach (var (feed, filter) in subscription.Request.Feeds)
        {
            writer.WritePropertyName(feed);
            if (filter is { ValueKind: JsonValueKind.Object } fields)
            {
                fields.WriteTo(writer);
            }
            else
            {
                writer.WriteStartObject();
                writer.WriteEndObject();
            }
        }

        writer.WriteEndObject();
        if (subscription.Place is { } place)
            writer.WriteString("after"u8, place);
        if (subscription.NeedsSnapshot)
            writer.WriteBoolean("snapshot"u8, value: true);
        if (subscription.Request.Coalesce > TimeSpan.Zero)
            writer.WriteNumber("coalesce_ms"u8, (int)Math.Ceiling(subscription.Request.Coalesce.TotalMilliseconds));
        if (subscription.Request.Excerpt is { } excerpt)
            writer.WriteNumber("excerpt"u8, excerpt);
        if (subscription.Request.IncludeDeliveries)
            writer.WriteString("include"u8, "deliveries"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    public override bool Ok(ref Utf8JsonReader data, StringPool pool)
    {
        // Done here and not by the waiting caller, because the changes follow at once, perhaps in the same read.
        agent.Begin(subscription, JsonSerializer.Deserialize(ref data, WireJson.Lenient.SubscribeAnswer)
            ?? throw new JsonException("An empty answer to a subscription."));
        return true;
    }

    // The next connection requests every subscription again.
    public override void Broken(Outbox outbox, ParleyException lost)
    {
    }

    public override void Fail(ParleyException reason)
    {
        agent.Unsubscribe(subscription);
        subscription.End(reason);
    }
}
