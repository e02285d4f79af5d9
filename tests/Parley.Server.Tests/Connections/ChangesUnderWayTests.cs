using Parley.Server.Connections.Frames;
using Xunit;

namespace Parley.Server.Tests.Connections;

/// <summary>Whose turn it is among the changes of one connection.</summary>
public sealed class ChangesUnderWayTests
{
    private readonly ChangesUnderWay _changes = new();

    [Fact]
    public async Task The_next_change_may_start_when_the_previous_one_is_in_the_stores_queue()
    {
        using var first = _changes.Begin("a");
        using var second = _changes.Begin("b");
        Assert.True(first.Ready.IsCompleted);
        Assert.False(second.Ready.IsCompleted);

        first.IsQueued();

        await second.Ready;
        Assert.False(first.Ended.IsCompleted);
    }

    [Fact]
    public async Task Changes_to_the_same_entity_wait_for_each_other()
    {
        var first = _changes.Begin("a");
        using var other = _changes.Begin("b");
        using var same = _changes.Begin("a");
        first.IsQueued();
        other.IsQueued();
        Assert.False(same.Ready.IsCompleted);

        first.Dispose();

        await same.Ready;
    }

    [Fact]
    public async Task A_refused_change_holds_up_nobody()
    {
        var refused = _changes.Begin("a");
        using var next = _changes.Begin(null);
        using var same = _changes.Begin("a");
        next.IsQueued();

        refused.Dispose();

        await next.Ready;
        await same.Ready;
    }

    [Fact]
    public async Task A_flood_waits_for_the_oldest_change_and_waiting_for_all_waits_for_each()
    {
        var oldest = new TaskCompletionSource();
        var newest = new TaskCompletionSource();
        _changes.Add(oldest.Task, bytes: 1);
        for (var i = 2; i < ChangesUnderWay.Most; i++)
            _changes.Add(Task.CompletedTask, bytes: 1);
        await _changes.RoomAsync();
        _changes.Add(newest.Task, bytes: 1);

        var room = _changes.RoomAsync();
        Assert.False(room.IsCompleted);
        oldest.SetResult();
        await room;

        var none = _changes.NoneAsync();
        Assert.False(none.IsCompleted);
        newest.SetResult();
        await none;
    }

    [Fact]
    public async Task Large_changes_are_limited_by_their_bytes()
    {
        var large = new TaskCompletionSource();
        _changes.Add(large.Task, bytes: 2 * 1024 * 1024);

        var room = _changes.RoomAsync();

        Assert.False(room.IsCompleted);
        large.SetResult();
        await room;
    }
}
