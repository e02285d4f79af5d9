using System.Buffers.Text;
using System.Text.Json;
using Parley.Protocol;

namespace Parley.Client;

/// <summary>Reads a WebSocket message, which is a frame or an array of frames, in one pass over its bytes.</summary>
internal static class Frames
{
    private enum Kind
    {
        Unknown,
        Ok,
        Received,
        Change,
        Error,
        Answer,
        Snapshot,
        Welcome,
    }

    private static readonly (byte[] Name, Kind Kind)[] Kinds =
    [
        .. new[]
        {
            (FrameEvents.Ok, Kind.Ok), (FrameEvents.MessageReceived, Kind.Received), (FrameEvents.Change, Kind.Change),
            (FrameEvents.Error, Kind.Error), (FrameEvents.Answer, Kind.Answer), (FrameEvents.Snapshot, Kind.Snapshot), (FrameEvents.Welcome, Kind.Welcome),
        }.Select(kind => (System.Text.Encoding.UTF8.GetBytes(kind.Item1), kind.Item2)),
    ];

    // Like WireJson: what a server stores may be deeply nested, and is inside the frame.
    private static readonly JsonReaderOptions Deep = new() { MaxDepth = WireJson.Lenient.Options.MaxDepth };

    /// <exception cref="JsonException">It is not what a Parley server sends.</exception>
    public static void Read(ReadOnlySpan<byte> message, IFrameTaker taker)
    {
        var reader = new Utf8JsonReader(message, Deep);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            ReadFrame(ref reader, taker);
            return;
        }

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            ReadFrame(ref reader, taker);
    }

    private static void ReadFrame(ref Utf8JsonReader reader, IFrameTaker taker)
    {
        var kind = Kind.Unknown;
        long? id = null;
        Utf8JsonReader data = default;
        var taken = false;

        MessageJson.Expect(ref reader, JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("event"u8))
            {
                reader.Read();
                kind = KindOf(ref reader);
            }
            else if (reader.ValueTextEquals("id"u8))
            {
                reader.Read();
                id = IdOf(ref reader);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                reader.Read();

                // Nearly always, the name and the id come first, so the data can be read where it is, without being skipped first.
                if (id is not null || kind is Kind.Received or Kind.Change)
                {
                    Take(kind, id, ref reader, taker);
                    taken = true;
                }
                else
                {
                    data = reader;
                    reader.Skip();
                }
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        if (taken)
            return;
        if (data.TokenType == JsonTokenType.None)
        {
            // An answer that only says that something is done has no data. A reader can skip a null, but not nothing.
            data = new Utf8JsonReader("null"u8);
            data.Read();
        }

        Take(kind, id, ref data, taker);
    }

    private static void Take(Kind kind, long? id, ref Utf8JsonReader data, IFrameTaker taker)
    {
        switch (kind)
        {
            case Kind.Ok when id is { } answered: taker.Ok(answered, ref data); break;
            case Kind.Answer when id is { } answered: taker.Answer(answered, ref data); break;
            case Kind.Received: taker.Received(ref data); break;
            case Kind.Change: taker.Change(ref data); break;
            case Kind.Snapshot: taker.Snapshot(ref data); break;
            case Kind.Welcome: taker.Welcome(ref data); break;
            case Kind.Error: taker.Error(id, JsonSerializer.Deserialize(ref data, WireJson.Lenient.Problem) ?? throw new JsonException("An error without details.")); break;
            default: if (data.TokenType != JsonTokenType.None) data.Skip(); break;
        }
    }

    private static Kind KindOf(ref Utf8JsonReader reader)
    {
        foreach (var (name, kind) in Kinds)
        {
            if (reader.ValueTextEquals(name))
                return kind;
        }

        return Kind.Unknown;
    }

    /// <summary>Our ids are numbers as text. Any other id is not ours.</summary>
    private static long? IdOf(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String && Utf8Parser.TryParse(reader.ValueSpan, out long id, out var length) && length == reader.ValueSpan.Length
            ? id
            : null;
}
