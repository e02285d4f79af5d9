using Parley.Protocol;
using Parley.Server.Log;
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
}

/// <param name="Shortened">What is missing; null for a message that is whole.</param>
internal readonly record struct BudgetedDelivery(ClaimedDelivery Delivery, Shortened? Shortened);
