using System.Diagnostics;
using System.Text.Json;
using Parley.EndToEnd.Tests.Durability;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

/// <summary>A second terminal.</summary>
public sealed class WatchTests(RunningServer server) : IClassFixture<RunningServer>
{
    [Fact]
    public async Task Without_a_target_it_shows_past_messages_and_then_new_ones()
    {
        await server.RunAsync("demo", "squad", "--fast");
        await server.RunAsync("send", "human", "The end of the past.", "--type", "marker");
        await using var watch = Watching("watch", "--json");
        var past = await watch.MessagesAsync(messages => Type(messages[^1]) == "marker");

        await server.RunAsync("demo", "squad", "--fast");
        // Seven that are spoken, and two that assign the tasks.
        const int said = 9;
        var present = await watch.MessagesAsync(said);

        var seqs = past.Concat(present).Select(data => data.GetProperty("seq").GetInt64()).ToArray();
        Assert.Equal(seqs.Order().Distinct(), seqs);
        Assert.Equal(past.SkipLast(1).TakeLast(said).Select(Type), present.Select(Type));
    }

    [Fact]
    public async Task As_an_agent_it_shows_what_the_agent_sends_and_receives()
    {
        await using var watch = Watching("watch", "--as", "watcher-1", "--json", "--type", "text");
        Assert.True(await Until.TrueAsync(async () => (await server.RunAsync("send", "watcher-1", "For you.")).ExitCode == 0, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));

        await server.RunAsync("send", "human", "For somebody else.");
        await server.RunAsync("send", "human", "From you.", "--as", "watcher-1");

        var said = await watch.MessagesAsync(messages => messages[^1].GetProperty("content").GetString() == "From you.");
        Assert.DoesNotContain(said, data => data.GetProperty("content").GetString() == "For somebody else.");
    }

    [Fact]
    public async Task Several_terminals_see_the_same()
    {
        await using var first = Watching("watch", "--json", "--after", "0");
        await using var second = Watching("watch", "--json", "--after", "0");

        await server.RunAsync("demo", "squad", "--fast");

        var seenByFirst = await first.MessagesAsync(7);
        var seenBySecond = await second.MessagesAsync(7);
        Assert.Equal(seenByFirst.Select(data => data.GetRawText()), seenBySecond.Select(data => data.GetRawText()));
    }

    [Fact]
    public async Task Filters_show_only_what_matches()
    {
        await using var watch = Watching("watch", "--json", "--type", "question", "--type", "answer");

        await server.RunAsync("demo", "squad", "--fast");

        Assert.Equal(["question", "answer"], (await watch.MessagesAsync(2)).Select(Type));
    }

    [Fact]
    public async Task Text_names_sender_recipient_and_type()
    {
        await server.RunAsync("demo", "squad", "--fast");
        await using var watch = Watching("watch");

        // The demos of other tests are in the same history, and where its newest part begins is not ours to say.
        var line = await watch.LineAsync("· python fastapi  task_assignment");
        Assert.EndsWith("Priya (demo-pm) · project manager → Bram (demo-backend) · python fastapi  task_assignment  high", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_continues_where_it_was_when_the_server_is_back_and_says_so()
    {
        await server.RunAsync("demo", "squad", "--fast");
        await server.RunAsync("send", "human", "Before.", "--type", "before");
        await using var watch = Watching("watch", "--json", "--type", "before", "--type", "after");
        await watch.MessagesAsync(messages => Type(messages[^1]) == "before");

        await server.RestartAsync();
        await server.RunAsync("send", "human", "After.", "--type", "after");

        Assert.Equal("after", Type(Assert.Single(await watch.MessagesAsync(1))));
        Assert.Equal("The connection was lost; reconnecting.", await watch.NoteAsync());
        Assert.Equal("Connected again.", await watch.NoteAsync());
    }

    [Fact]
    public async Task An_interrupted_watch_ends_with_success()
    {
        await server.RunAsync("demo", "squad", "--fast");
        await using var watch = Watching("watch", "--json");
        await watch.MessagesAsync(7);

        Assert.Equal(0, await watch.InterruptAsync());
    }

    [Fact]
    public async Task A_watch_interrupted_while_nobody_reads_its_output_ends_with_success()
    {
        // Together more than a pipe holds (64 KB on Linux), so that the watch stands in the middle of a write.
        for (var i = 0; i < 8; i++)
            await server.RunAsync("send", "human", new string('x', 20_000), "--type", "long");
        await using var watch = Watching("watch", "--json", "--type", "long");
        await watch.MessagesAsync(1);

        Assert.Equal(0, await watch.InterruptAsync());
    }

    [Fact]
    public async Task Memory_is_watched_from_the_current_entries_on_until_it_is_interrupted()
    {
        await server.RunAsync("memory", "set", "watched/a b", "{\"step\": 1}");
        await server.RunAsync("memory", "set", "unwatched", "1");
        await using var text = Watching("memory", "watch", "watched/");
        await using var json = Watching("memory", "watch", "watched/", "--json");
        Assert.Matches("^watched/a b = {\"step\": ?1}$", await text.LineAsync(""));
        Assert.Equal(("snapshot", "watched/a b"), Told(await json.LineAsync("")));

        await server.RunAsync("memory", "set", "unwatched", "2");
        await server.RunAsync("memory", "set", "watched/a b", "[bold]done");
        await server.RunAsync("memory", "delete", "watched/a b");

        Assert.Equal("watched/a b = [bold]done", await text.LineAsync(""));
        Assert.Equal("watched/a b was deleted or expired", await text.LineAsync(""));
        Assert.Equal(("put", "watched/a b"), Told(await json.LineAsync("")));
        Assert.Equal(("delete", "watched/a b"), Told(await json.LineAsync("")));
        Assert.Equal((0, 0), (await text.InterruptAsync(), await json.InterruptAsync()));

        static (string?, string?) Told(string line)
        {
            var told = JsonDocument.Parse(line).RootElement;
            return (told.GetProperty("event").GetString(), told.GetProperty("data").GetProperty("key").GetString());
        }
    }

    private Watch Watching(params string[] arguments) => new(Process.Start(Interruptible(Binary.Command(server.Environment, arguments)))!);

    /// <summary>Tests that run in the background of a script pass on that an interrupt is ignored, as shells have it there.</summary>
    private static ProcessStartInfo Interruptible(ProcessStartInfo command)
    {
        command.ArgumentList.Insert(0, command.FileName);
        command.ArgumentList.Insert(0, "--default-signal=INT");
        command.FileName = "env";
        return command;
    }

    private static string Type(JsonElement message) => message.GetProperty("message_type").GetString()!;

    private sealed class Watch(Process process) : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

        public Task<IReadOnlyList<JsonElement>> MessagesAsync(int count) => MessagesAsync(messages => messages.Count == count);

        public async Task<IReadOnlyList<JsonElement>> MessagesAsync(Func<List<JsonElement>, bool> enough)
        {
            var messages = new List<JsonElement>();
            do
            {
                var line = JsonDocument.Parse(await NextAsync()).RootElement;
                if (line.GetProperty("event").GetString() == "message")
                    messages.Add(line.GetProperty("data"));
            }
            while (messages.Count == 0 || !enough(messages));

            return messages;
        }

        public async Task<string> LineAsync(string containing)
        {
            while (true)
            {
                var line = await NextAsync();
                if (line.Contains(containing, StringComparison.Ordinal))
                    return line;
            }
        }

        public async Task<string?> NoteAsync() =>
            await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);

        public async Task<int> InterruptAsync()
        {
            using (var kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
            return process.ExitCode;
        }

        public async ValueTask DisposeAsync()
        {
            if (!process.HasExited)
                process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        private async Task<string> NextAsync() =>
            await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience)
            ?? throw new InvalidOperationException("The stream ended.");
    }
}
