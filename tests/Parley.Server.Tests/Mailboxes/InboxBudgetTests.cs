using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Parley.Protocol;
using Parley.Server.Mailboxes;
using Parley.Server.Tests.Harness;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Mailboxes;

/// <summary>What is left of messages that must fit into a model's context.</summary>
public sealed class InboxBudgetTests
{
    [Fact]
    public void Nothing_is_lost_and_nothing_exceeds_the_budget() => GeneratedCases.Hold(500, 40, Arb.From(Cases), sample =>
    {
        var fitted = InboxBudget.Fit(sample.Items, sample.Tokens);

        Assert.Equal(sample.Items.Select(item => item.Seq).Order(), fitted.Select(item => item.Delivery.Seq).Order());
        var left = sample.Tokens * TokenBudget.CharactersPerToken;
        var bySeq = sample.Items.ToDictionary(item => item.Seq);
        foreach (var (delivery, shortened) in fitted)
        {
            var (whole, now) = (Read(bySeq[delivery.Seq]), Read(delivery));
            left -= now.Size;
            Assert.True(left >= 0, "The budget is exceeded.");
            Assert.Equal(shortened is null, whole == now);
            Assert.Equal((whole.Id, whole.Thread, whole.Rest), (now.Id, now.Thread, now.Rest));
            Assert.Equal(
                (whole.Content == now.Content ? null : whole.Content?.Length, Missing(whole.Payload, now.Payload), Missing(whole.Metadata, now.Metadata)),
                (shortened?.Content, shortened?.Payload, shortened?.Metadata));
            if (shortened?.Content is not null)
                Assert.StartsWith(now.Content!.TrimEnd('…'), whole.Content!, StringComparison.Ordinal);
        }

        // Each thread stands together, oldest first; threads stand in the order of their first messages.
        var order = fitted.Select(item => Read(item.Delivery).Thread).ToList();
        Assert.Equal(sample.Items.Select(item => Read(item).Thread).Distinct(), order.Distinct());
        Assert.Equal(order.Distinct().Count(), order.Where((thread, at) => at == 0 || order[at - 1] != thread).Count());
        foreach (var thread in fitted.GroupBy(item => Read(item.Delivery).Thread))
            Assert.Equal(thread.Select(item => item.Delivery.Seq).Order(), thread.Select(item => item.Delivery.Seq));
    });

    [Fact]
    public void The_newest_message_of_each_thread_stays_whole_as_long_as_there_is_room()
    {
        var words = string.Join(' ', Enumerable.Repeat("word", 100));
        ClaimedDelivery[] items = [Item(1, "a", words), Item(2, "b", words), Item(3, "a", words), Item(4, "b", words)];

        var fitted = InboxBudget.Fit(items, tokens: 2 * 500 / TokenBudget.CharactersPerToken);

        Assert.Equal([1, 3, 2, 4], fitted.Select(item => item.Delivery.Seq));
        Assert.Equal([1, 2], fitted.Where(item => item.Shortened is not null).Select(item => item.Delivery.Seq).Order());
        Assert.Equal(499, fitted[0].Shortened!.Content);
        // The two characters that are left are shared.
        Assert.Equal(("…", "…"), (Read(fitted[2].Delivery).Content, Read(fitted[0].Delivery).Content));
    }

    [Fact]
    public void A_long_message_leaves_room_for_short_ones_after_it()
    {
        var fitted = InboxBudget.Fit([Item(1, "a", new string('x', 10_000)), Item(2, "b", "short"), Item(3, "c", new string('y', 10_000))], tokens: 100);

        Assert.Equal("short", Read(fitted[1].Delivery).Content);
        Assert.Equal((160, 235), (Read(fitted[0].Delivery).Content!.Length, Read(fitted[2].Delivery).Content!.Length));
    }

    [Theory]
    [InlineData("one two three four five", 4, "one two three…")]
    [InlineData("🦊🦊🦊🦊🦊🦊🦊🦊🦊🦊", 2, "🦊🦊🦊…")]
    [InlineData("\"\\\n\"\"\"\"\"\"\"\"", 1, "\"\\…")]
    [InlineData("unbrokenlettersonly", 2, "unbroke…")]
    public void A_text_is_cut_between_words_or_at_least_between_characters(string content, int tokens, string expected) =>
        Assert.Equal(expected, Read(InboxBudget.Fit([Item(1, "a", content)], tokens)[0].Delivery).Content);

    private static int? Missing(string? whole, string? now) => whole == now ? null : whole?.Length;

    private static Gen<Sample> Cases =>
        from tokens in Gen.Choose(1, 200)
        from items in (
            from thread in Gen.Elements("a", "b", "c")
            from content in Gen.Elements<string?>(null, "", "short", "Grüße 🦊🦊 \"quoted\" and\nmore", new string('x', 300), string.Join(' ', Enumerable.Repeat("wörd", 60)))
            from payload in Gen.Elements("null", "{}", """{"content":"not this","payload":{"metadata":[1,2,3]}}""", "[\"ü\",\"" + new string('y', 200) + "\"]")
            from metadata in Gen.Elements("null", """{"payload":1}""", "{\"conversation_thread_id\":\"" + new string('z', 100) + "\"}")
            select (thread, content, payload, metadata)).ListOf()
        select new Sample([.. items.Select((item, at) => Item(at + 1, item.thread, item.content, item.payload, item.metadata))], tokens);

    private static ClaimedDelivery Item(long seq, string thread, string? content, string payload = "null", string metadata = "null") => new(
        seq, seq, 1, 0, 0, Encoding.UTF8.GetBytes(
            $$"""{"message_id":"m{{seq}}","to":["a","b"],"content":{{JsonSerializer.Serialize(content, WireJson.Strict.String)}},"payload":{{payload}},"conversation_thread_id":"{{thread}}","metadata":{{metadata}},"seq":{{seq}}}"""));

    private static Texts Read(ClaimedDelivery item)
    {
        using var document = JsonDocument.Parse(item.Json);
        var json = document.RootElement;
        return new Texts(
            json.GetProperty("message_id").GetString()!, json.GetProperty("conversation_thread_id").GetString()!, json.GetProperty("content").GetString(),
            Raw("payload"), Raw("metadata"), $"{json.GetProperty("to").GetRawText()} {json.GetProperty("seq").GetRawText()} {json.EnumerateObject().Count()}");

        string? Raw(string name) => json.GetProperty(name) is { ValueKind: not JsonValueKind.Null } value ? value.GetRawText() : null;
    }

    private sealed record Sample(IReadOnlyList<ClaimedDelivery> Items, int Tokens)
    {
        public override string ToString() => $"{Tokens} tokens for {string.Join('\n', Items.Select(item => Encoding.UTF8.GetString(item.Json)))}";
    }

    private sealed record Texts(string Id, string Thread, string? Content, string? Payload, string? Metadata, string Rest)
    {
        internal int Size => (Content?.Length ?? 0) + (Payload?.Length ?? 0) + (Metadata?.Length ?? 0);
    }
}
