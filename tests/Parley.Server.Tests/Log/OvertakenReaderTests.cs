using System.Text.Json.Nodes;
using Parley.Protocol;
using Parley.Server.Messages;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Log;

/// <summary>Readers that stay connected and do not read, while retention takes what they have not seen.</summary>
public sealed class OvertakenReaderTests
{
    /// <summary>More than a connection's buffers and the log's tail in memory hold together.</summary>
    private const int Entries = 160;

    private static readonly string Payload = new('x', 200_000);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_reports_the_gap_and_continues_after_it()
    {
        await using var host = await ConceptHost.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/sse/project/default");
        request.Headers.Authorization = new("Bearer", await host.TokenAsync(TokenKind.Admin));
        using var response = await host.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        await OvertakeAsync(host);

        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        var (name, last, seen) = ("", 0L, new List<(string Name, long Seq, string Data)>());
        while (last < host.Default.Log.Head)
        {
            var line = (await lines.ReadLineAsync(Cancel))!;
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line[7..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
                last = SeqOf(line[4..]);
            else if (line.StartsWith("data: ", StringComparison.Ordinal) && name is "message" or "gap")
                seen.Add((name, last, name == "gap" ? line[6..] : ""));
        }

        var at = AssertOneGap([.. seen.Select(one => (one.Name == "gap", one.Seq))]);
        var gap = JsonNode.Parse(seen[at].Data)!;
        Assert.Equal(
            (seen[at - 1].Seq, seen[at + 1].Seq, false),
            (SeqOf(gap["from"]!.GetValue<string>()), SeqOf(gap["to"]!.GetValue<string>()), gap["recovered"]!.GetValue<bool>()));
    }

    [Fact]
    public async Task A_subscription_reports_the_gap_and_continues_after_it()
    {
        await using var host = await ConceptHost.StartAsync();
        using var socket = await TestSocket.ConnectAsync(host, "human", await host.TokenAsync(TokenKind.Observer));
        await socket.AskAsync("subscribe", """{"feeds": {"messages": {}}}""");
        var seen = new List<(bool IsGap, long Seq)>();

        await OvertakeAsync(host);
        while (seen.Count == 0 || seen[^1].Seq < host.Default.Log.Head)
        {
            var change = (await socket.NextAsync(frame => frame.Event == "change")).Data!.Value;
            seen.Add((change.GetProperty("op").GetString() == "gap", SeqOf(change.GetProperty("place").GetString()!)));
        }

        AssertOneGap(seen);
    }

    /// <summary>Everything in order, and one gap just where entries are missing.</summary>
    /// <returns>Where it is told.</returns>
    private static int AssertOneGap(List<(bool IsGap, long Seq)> seen)
    {
        var at = seen.FindIndex(one => one.IsGap);
        Assert.True(at > 0, "The reader was told of no gap.");
        Assert.Equal(at, seen.FindLastIndex(one => one.IsGap));
        for (var i = 1; i < seen.Count; i++)
        {
            if (i == at)
                Assert.True(seen[i].Seq > seen[i - 1].Seq, $"After {seen[i - 1]} came {seen[i]}.");
            else
                Assert.Equal(seen[i - 1].Seq + 1, seen[i].Seq);
        }

        return at;
    }

    /// <summary>Sends more than is read, and lets retention take all but the last few.</summary>
    private static async Task OvertakeAsync(ConceptHost host)
    {
        var token = await host.RegisterAsync("ada");
        for (var i = 0; i < Entries; i++)
        {
            if (i == Entries - 3)
                host.Clock.Advance(TimeSpan.FromSeconds(1));
            var sent = await host.SendAsync(HttpMethod.Post, "/api/v1/messages", token, $$"""{"to": "*", "payload": "{{Payload}}"}""");
            Assert.Equal(201, (int)sent.Status);
        }

        var store = host.Get<IMessageStore>();
        while (await store.PruneAsync(host.Default.Number, host.Clock.GetUtcNow().ToUnixTimeMilliseconds(), Cancel))
        {
        }
    }

    private static long SeqOf(string place) => long.Parse(place.AsSpan(place.IndexOf('-', StringComparison.Ordinal) + 1), System.Globalization.CultureInfo.InvariantCulture);
}
