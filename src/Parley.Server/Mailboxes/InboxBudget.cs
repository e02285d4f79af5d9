using System.Buffers;
using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Wire;

namespace Parley.Server.Mailboxes;

/// <summary>Shortens messages to fit into a model's context, grouped by thread. No message is left out: a shortened one keeps its ids, and the whole message
/// can be fetched.</summary>
internal static class InboxBudget
{
    /// <summary>What a message that has to be cut leaves to each of those that come after it, if that is enough for them to share.</summary>
    private const int LeastPerMessage = 120;

    /// <param name="tokens">How many tokens the contents, payloads, and metadata may take together, estimated.</param>
    /// <returns>All items: threads in the order of their first message, and each thread from its oldest message to its newest.</returns>
    internal static IReadOnlyList<BudgetedDelivery> Fit(IReadOnlyList<ClaimedDelivery> items, int tokens)
    {
        var texts = items.Select(item => MessageTexts.Of(item.Json)).ToArray();
        var threads = Enumerable.Range(0, items.Count).GroupBy(at => texts[at].Thread)
            .Select(thread => thread.OrderBy(at => items[at].Seq).ToArray()).ToList();

        // The newest message of each thread first, because it tells best what the thread is about now.
        int[] newestFirst = [.. threads.Select(thread => thread[^1]), .. threads.SelectMany(thread => thread[..^1]).OrderByDescending(at => items[at].Seq)];
        var left = (long)tokens * TokenBudget.CharactersPerToken;
        var fitted = new BudgetedDelivery[items.Count];
        for (var nth = 0; nth < newestFirst.Length; nth++)
        {
            var (item, text) = (items[newestFirst[nth]], texts[newestFirst[nth]]);
            var others = newestFirst.Length - nth - 1;
            var own = text.Size <= left ? left : Math.Max(left - ((long)others * LeastPerMessage), left / (others + 1));
            var before = own;
            fitted[newestFirst[nth]] = Fit(item, text, ref own);
            left -= before - own;
        }

        return [.. threads.SelectMany(thread => thread).Select(at => fitted[at])];
    }

    private static BudgetedDelivery Fit(ClaimedDelivery item, MessageTexts texts, ref long left)
    {
        var (content, payload, metadata) = (texts.Content?.Length ?? 0, texts.Payload.Characters, texts.Metadata.Characters);
        if (texts.Size <= left)
        {
            left -= texts.Size;
            return new BudgetedDelivery(item, null);
        }

        // JSON cannot be cut without becoming something else: it is either whole or absent.
        var cut = content <= left ? null : TokenBudget.Cut(texts.Content!, (int)left);
        left -= cut?.Length ?? content;
        var withPayload = Take(payload, ref left);
        var withMetadata = Take(metadata, ref left);
        var shortened = new Shortened
        {
            Content = cut is null ? null : content,
            Payload = withPayload ? null : payload,
            Metadata = withMetadata ? null : metadata,
        };
        return new BudgetedDelivery(item with { Json = texts.Without(item.Json, cut, withPayload, withMetadata) }, shortened);
    }

    private static bool Take(int characters, ref long left)
    {
        if (characters > left)
            return false;
        left -= characters;
        return true;
    }

    /// <summary>Where the texts of a message stand in its JSON.</summary>
    private sealed record MessageTexts(string Thread, string? Content, Part ContentPart, Part Payload, Part Metadata)
    {
        internal int Size => (Content?.Length ?? 0) + Payload.Characters + Metadata.Characters;

        internal static MessageTexts Of(byte[] json)
        {
            var (thread, content) = ("", (string?)null);
            var (contentPart, payload, metadata) = (default(Part), default(Part), default(Part));
            var reader = new Utf8JsonReader(json, JsonDepth.Stored);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isContent = reader.ValueTextEquals("content"u8);
                var isThread = reader.ValueTextEquals("conversation_thread_id"u8);
                var isPayload = reader.ValueTextEquals("payload"u8);
                var isMetadata = reader.ValueTextEquals("metadata"u8);
                reader.Read();
                var start = (int)reader.TokenStartIndex;
                if (isThread)
                    thread = reader.GetString()!;
                if (isContent)
                    content = reader.GetString();
                var isNull = reader.TokenType == JsonTokenType.Null;
                reader.Skip();
                var end = (int)reader.BytesConsumed;
                var part = new Part(start, end, isNull ? 0 : Encoding.UTF8.GetCharCount(json.AsSpan(start, end - start)));
                if (isContent)
                    contentPart = part;
                else if (isPayload)
                    payload = part;
                else if (isMetadata)
                    metadata = part;
            }

            return new MessageTexts(thread, content, contentPart, payload, metadata);
        }

        /// <summary>The message's JSON with less text.</summary>
        /// <param name="cut">What is left of the content; null for all of it.</param>
        internal byte[] Without(byte[] json, string? cut, bool withPayload, bool withMetadata)
        {
            var to = new ArrayBufferWriter<byte>(json.Length);
            var from = 0;
            foreach (var (part, text) in new[]
            {
                (ContentPart, cut is null ? null : JsonSerializer.SerializeToUtf8Bytes(cut, WireJson.Strict.String)),
                (Payload, withPayload ? null : "null"u8.ToArray()),
                (Metadata, withMetadata ? null : "null"u8.ToArray()),
            }.OrderBy(change => change.Item1.Start))
            {
                if (text is null)
                    continue;
                to.Write(json.AsSpan(from, part.Start - from));
                to.Write(text);
                from = part.End;
            }

            to.Write(json.AsSpan(from));
            return to.WrittenSpan.ToArray();
        }
    }

    /// <param name="Characters">0 for null.</param>
    private readonly record struct Part(int Start, int End, int Characters);
}

/// <param name="Shortened">What is missing; null for a message that is whole.</param>
internal readonly record struct BudgetedDelivery(ClaimedDelivery Delivery, Shortened? Shortened);
