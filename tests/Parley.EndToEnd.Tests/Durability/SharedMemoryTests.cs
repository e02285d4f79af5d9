using System.Text.Json;
using Parley.Client;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Durability;

/// <summary>Shared memory by the SDK, over the published server's socket and through its death.</summary>
public sealed class SharedMemoryTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private KillableServer _server = null!;
    private ParleyAgent _agent = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ParleyOptions Options => new() { Url = _server.Url, DataFolder = _server.DataFolder, ConfigFolder = _server.ConfigFolder, AgentId = "ada" };

    public async ValueTask InitializeAsync()
    {
        _server = new KillableServer(await PublishedBinary.FindAsync(Cancel));
        await _server.StartAsync(Cancel);
        _agent = await ParleyAgent.ConnectAsync(Options, Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Values_are_set_read_listed_over_several_pages_changed_by_version_and_deleted()
    {
        const int most = 500;
        var keys = Enumerable.Range(0, most + 1).Select(number => $"many/{number:000}").ToArray();

        await Task.WhenAll(keys.Select(key => SetAsync(key, "1")));
        var other = await SetAsync("other/🦊 \"é\"", """{"step": 1}""");
        var stale = await Assert.ThrowsAsync<ParleyException>(() => _agent.SetMemoryAsync(other.Key, other.Value, ifVersion: 0, Cancel));
        var changed = await _agent.SetMemoryAsync(other.Key, JsonElement.Parse("null"), other.Version, Cancel);
        await _agent.DeleteMemoryAsync(keys[0], cancellationToken: Cancel);

        Assert.Equal(ErrorCodes.VersionMismatch, stale.Code);
        Assert.Equal(JsonValueKind.Null, (await _agent.GetMemoryAsync(other.Key, Cancel))!.Value.ValueKind);
        Assert.Equal(changed.Version, (await _agent.GetMemoryAsync(other.Key, Cancel))!.Version);
        Assert.Null(await _agent.GetMemoryAsync(keys[0], Cancel));
        await SetAsync(keys[0], "2");
        Assert.Equal(keys, (await _agent.ListMemoryAsync("many/", Cancel)).Select(entry => entry.Key));
        Assert.Equal([keys[0], other.Key], (await _agent.ListMemoryAsync(cancellationToken: Cancel)).Take(2).Select(entry => entry.Key));
        Assert.Equal(keys.Length + 1, (await _agent.ListMemoryAsync(cancellationToken: Cancel)).Count);
    }

    [Fact]
    public async Task A_watch_continues_through_kills_without_gaps_or_repeats()
    {
        await SetAsync("plan/0", "0");
        await SetAsync("other", "0");
        await using var watch = _agent.WatchMemoryAsync("plan/", Cancel).GetAsyncEnumerator(Cancel);
        Assert.Equal((FeedEntryKind.Snapshot, "plan/0"), await NextAsync(watch));
        await using var api = ParleyApi.Open(Options);

        for (var life = 1; life <= 3; life++)
        {
            await api.Memory.SetAsync($"plan/{life}", JsonElement.Parse("1"), cancellationToken: Cancel);
            Assert.Equal((FeedEntryKind.Put, $"plan/{life}"), await NextAsync(watch));
            await _server.KillAsync();
            await _server.StartAsync(Cancel);

            // Most likely before the agent is connected again.
            await api.Memory.SetAsync("other", JsonElement.Parse("1"), cancellationToken: Cancel);
            await api.Memory.DeleteAsync($"plan/{life}", cancellationToken: Cancel);
            Assert.Equal((FeedEntryKind.Delete, $"plan/{life}"), await NextAsync(watch));
        }
    }

    private Task<MemoryEntry> SetAsync(string key, string json) => _agent.SetMemoryAsync(key, JsonElement.Parse(json), cancellationToken: Cancel);

    private static async Task<(FeedEntryKind Kind, string? Key)> NextAsync(IAsyncEnumerator<FeedEntry> watch)
    {
        Assert.True(await watch.MoveNextAsync().AsTask().WaitAsync(Patience, Cancel));
        return (watch.Current.Kind, watch.Current.Memory?.Key);
    }
}
