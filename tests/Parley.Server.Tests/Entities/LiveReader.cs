using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Entities;

/// <summary>A client of one feed that keeps what it hears: the state first, then each change, over connections that it may drop at any moment and
/// go on with by its place. It fails when something comes twice, except for what the state showed once the connection that brought it is gone: the
/// state may be newer than its place, and a new connection does not know what the old one sent.</summary>
internal sealed class LiveReader(string feed, string filter, string idField, string agent, string token) : IDisposable
{
    private TestSocket? _socket;
    private string? _subscription;
    private string? _place;
    private bool _isWhole;

    /// <summary>The ids of what it holds as the state showed it.</summary>
    private readonly HashSet<string> _ofState = [];

    /// <summary>Whether all that it holds came over one connection, with the state at its beginning.</summary>
    private bool _isSure;

    /// <summary>By id, as it came.</summary>
    internal Dictionary<string, string> Held { get; private set; } = [];

    /// <summary>Whether it has the state as a whole, and hears changes now.</summary>
    internal bool IsWhole => _isWhole;

    internal string? Place => _place;

    internal async Task ConnectAsync(ConceptHost host, string? after = null)
    {
        _socket?.Dispose();
        _socket = await TestSocket.ConnectAsync(host, agent, token);
        if (after is not null)
            (_place, _isWhole) = (after, true);
        if (!_isWhole)
        {
            Held.Clear();
            _ofState.Clear();
        }

        _isSure = !_isWhole;
        var from = _isWhole ? $"\"after\": \"{_place}\"" : "\"snapshot\": true";
        var answer = (await _socket.AskAsync("subscribe", $$$"""{"feeds": {"{{{feed}}}": {{{filter}}}}, {{{from}}}}""")).Data!.Value;
        Assert.True(answer.TryGetProperty("recovered", out var recovered) && recovered.GetBoolean(), answer.GetRawText());
        (_subscription, _place) = (answer.GetProperty("subscription").GetString(), _isWhole ? _place : answer.GetProperty("place").GetString());
    }

    /// <summary>Takes one frame of the subscription.</summary>
    /// <returns>What has changed; null where it was a part of the state.</returns>
    internal async Task<(string Op, JsonElement Item)?> NextAsync()
    {
        var frame = await _socket!.NextAsync(frame => frame.Event is "snapshot" or "change" && frame.Data!.Value.GetProperty("subscription").GetString() == _subscription);
        var data = frame.Data!.Value;
        if (frame.Event == "snapshot")
        {
            Assert.False(_isWhole, "A state came after the state.");
            foreach (var item in data.GetProperty("items").EnumerateArray())
            {
                Held.Add(IdOf(item), item.GetRawText());
                _ofState.Add(IdOf(item));
            }

            _isWhole = data.GetProperty("done").GetBoolean();
            return null;
        }

        Assert.True(_isWhole, "A change came before the state was whole.");
        var (op, changed, known) = (data.GetProperty("op").GetString()!, data.GetProperty("item"), Held.GetValueOrDefault(IdOf(data.GetProperty("item"))));
        _place = data.GetProperty("place").GetString();
        var isNewer = op != "put" || known is null || VersionOf(changed) > VersionOf(JsonElement.Parse(known));
        if (!isNewer && !_isSure && _ofState.Contains(IdOf(changed)))
            return (op, changed);
        _ofState.Remove(IdOf(changed));
        if (op == "delete")
        {
            Assert.True(known is not null || !_isSure, $"What was never told is told as gone: {changed}");
            Held.Remove(IdOf(changed));
        }
        else
        {
            Assert.Equal("put", op);
            Assert.True(isNewer, $"Told already, at {_place}: {changed}\nknown: {known}");
            Held[IdOf(changed)] = changed.GetRawText();
        }

        return (op, changed);
    }

    /// <summary>Takes frames until the state is whole.</summary>
    internal async Task<LiveReader> WholeAsync()
    {
        while (!_isWhole)
            await NextAsync();
        return this;
    }

    internal void Drop()
    {
        _socket?.Dispose();
        _socket = null;
    }

    public void Dispose() => Drop();

    private string IdOf(JsonElement item) => item.GetProperty(idField).GetString()!;

    private static long VersionOf(JsonElement item) => item.GetProperty("version").GetInt64();
}
