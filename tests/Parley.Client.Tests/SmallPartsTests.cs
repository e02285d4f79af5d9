using Parley.Protocol;
using Xunit;

namespace Parley.Client.Tests;

public sealed class SmallPartsTests
{
    [Fact]
    public void Keys_increase_in_byte_order_and_have_the_same_length()
    {
        var keys = new IdempotencyKeys();
        var made = Enumerable.Range(0, 100_000).Select(_ => keys.ToText(keys.Next())).ToArray();
        Assert.Equal(made, made.Order(StringComparer.Ordinal));
        Assert.Equal(made.Length, made.Distinct().Count());
        Assert.All(made, key => Assert.Equal(IdempotencyKeys.Length, key.Length));
        Assert.NotEqual(made[0], new IdempotencyKeys().ToText(1));
    }

    [Fact]
    public void A_pause_doubles_to_its_limit_jittered_by_half()
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));
        foreach (var step in new[] { 100, 200, 400, 800, 1000, 1000 })
            Assert.InRange(backoff.Next().TotalMilliseconds, step * 0.5, step);
        backoff.Reset();
        Assert.InRange(backoff.Next().TotalMilliseconds, 50, 100);
    }

    [Fact]
    public void A_path_escapes_what_it_is_given_and_leaves_out_what_is_absent()
    {
        var path = new RestPath($"messages/{"a/b"}/reactions/{"👍"}")
            .With("type", (string?)null).With("limit", 5).With("q", "a&b").WithSet("priority", [Priority.High, Priority.Critical])
            .WithEach("capability", ["x", "y"]).With<AgentActivity>("activity", AgentActivity.BlockedOnHuman);
        Assert.Equal(
            "messages/a%2Fb/reactions/%F0%9F%91%8D?limit=5&q=a%26b&priority=3%2C4&capability=x&capability=y&activity=blocked_on_human", path.ToString());
    }

    [Fact]
    public async Task A_signal_set_while_nobody_waits_is_remembered_once()
    {
        var signal = new Signal();
        signal.Set();
        signal.Set();
        Assert.True(signal.WaitAsync().AsTask().IsCompleted);
        var second = signal.WaitAsync().AsTask();
        Assert.False(second.IsCompleted);
        signal.Set();
        await second;
    }

    [Fact]
    public void A_filter_takes_what_all_of_its_sets_contain()
    {
        var message = new Message
        {
            MessageId = "m",
            Seq = 1,
            ProjectId = "default",
            SenderId = "pm-1",
            To = ["be-1"],
            MessageType = "question",
            Priority = Priority.High,
            ConversationThreadId = "t",
            Timestamp = default,
        };
        Assert.True(MessageHandler.Passes(filter: null, message));
        Assert.True(MessageHandler.Passes(new MailboxFilter { Types = ["question"], Priorities = [Priority.High], Senders = [] }, message));
        Assert.False(MessageHandler.Passes(new MailboxFilter { Types = ["question"], Senders = ["pm-2"] }, message));
    }
}
