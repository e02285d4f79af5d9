using Parley.Protocol;
using Xunit;

namespace Parley.Client.Tests;

/// <summary>Streams of server-sent events over connections that end.</summary>
public sealed class StreamTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_stream_continues_after_its_place_until_the_server_has_no_more()
    {
        await using var server = await FakeServer.StartAsync();
        server.Streams.Enqueue($"retry: 1\nevent: place\nid: 1-4\ndata: {{}}\n\nevent: message\nid: 1-5\ndata: {FakeConnection.Message("m-5")}\n\n");
        server.Streams.Enqueue("event: gap\nid: 1-8\ndata: {\"from\":6,\"to\":8,\"recovered\":false}\n\n");
        await using var api = ParleyApi.Open(server.Options);
        var entries = await api.Streams.Thread("t-1", new StreamOptions { After = "0", Types = ["text"] }, Cancel).ToListAsync(Cancel);

        Assert.Equal([("message", "1-5"), ("gap", "1-8")], entries.Select(entry => (entry.Event, entry.Id)));
        Assert.Equal(("of m-5", 6), (entries[0].Message?.Content, entries[1].Data.GetProperty("from").GetInt32()));
        Assert.Null(entries[1].Message);
        Assert.Equal(
            ["/api/v1/sse/thread/t-1?types=text&after=0", "/api/v1/sse/thread/t-1?types=text 1-5", "/api/v1/sse/thread/t-1?types=text 1-8"], server.StreamRequests);
    }

    [Fact]
    public async Task The_stream_of_an_execution_ends_with_its_completion()
    {
        await using var server = await FakeServer.StartAsync();
        server.Streams.Enqueue("""
            event: status
            id: 1-1
            data: {"execution_id":"e","status":"in_progress","progress":40,"current_phase":"build","logs":[]}

            event: completion
            id: 1-2
            data: {"execution_id":"e","status":"completed","result":{"ok":true}}


            """);
        await using var api = ParleyApi.Open(server.Options);
        var entries = await api.Streams.Execution("e", cancellationToken: Cancel).ToListAsync(Cancel);

        Assert.Equal((40, "build"), (entries[0].Status?.Progress, entries[0].Status?.CurrentPhase));
        Assert.Equal(ExecutionStatus.Completed, entries[1].Completion?.Status);
        Assert.Single(server.StreamRequests);
    }
}
