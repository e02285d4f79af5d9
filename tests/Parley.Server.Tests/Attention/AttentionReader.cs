using System.Collections.Concurrent;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Attention;

/// <summary>A person who follows the feed, and keeps what it sends.</summary>
internal sealed class AttentionReader : IDisposable
{
    private readonly TestSocket _socket;
    private readonly string _subscription;

    private AttentionReader(TestSocket socket, string subscription) => (_socket, _subscription) = (socket, subscription);

    /// <summary>By id, as it came.</summary>
    internal ConcurrentDictionary<string, string> Held { get; } = [];

    /// <param name="more">Fields of the request besides the feeds.</param>
    internal static async Task<AttentionReader> StartAsync(ConceptHost host, string token, string filter = "{}", string more = ", \"snapshot\": true")
    {
        var socket = await TestSocket.ConnectAsync(host, "human", token);
        var answer = await socket.AskAsync("subscribe", $$$"""{"feeds": {"attention": {{{filter}}}}{{{more}}}}""");
        Assert.Equal("ok", answer.Event);
        return new AttentionReader(socket, answer.Data!.Value.GetProperty("subscription").GetString()!);
    }

    /// <summary>Takes the state, which replaces what it has.</summary>
    internal async Task<AttentionReader> StateAsync()
    {
        Held.Clear();
        while (true)
        {
            var part = (await NextAsync("snapshot")).Data!.Value;
            foreach (var item in part.GetProperty("items").EnumerateArray())
                Assert.True(Held.TryAdd(IdOf(item), item.GetRawText()));
            if (part.GetProperty("done").GetBoolean())
                return this;
        }
    }

    /// <summary>Takes one change.</summary>
    internal async Task<(string Op, AttentionItem Item)> ChangeAsync()
    {
        var data = (await NextAsync("change")).Data!.Value;
        var (op, item) = (data.GetProperty("op").GetString()!, data.GetProperty("item"));
        if (op == "delete")
            Assert.True(Held.TryRemove(IdOf(item), out _), $"Told as gone, but never told: {item}");
        else
            Held[IdOf(item)] = item.GetRawText();
        return (op, item.Deserialize(WireJson.Lenient.AttentionItem)!);
    }

    /// <summary>Takes changes up to one.</summary>
    internal async Task<AttentionItem> UntilAsync(string op, string id)
    {
        while (true)
        {
            if (await ChangeAsync() is var change && change.Op == op && change.Item.AttentionId == id)
                return change.Item;
        }
    }

    /// <summary>Takes changes until it is disposed of.</summary>
    internal async Task FollowAsync()
    {
        while (true)
            await ChangeAsync();
    }

    public void Dispose() => _socket.Dispose();

    private Task<Frame> NextAsync(string name) =>
        _socket.NextAsync(frame => frame.Event == name && frame.Data!.Value.GetProperty("subscription").GetString() == _subscription);

    private static string IdOf(JsonElement item) => item.GetProperty("attention_id").GetString()!;
}
