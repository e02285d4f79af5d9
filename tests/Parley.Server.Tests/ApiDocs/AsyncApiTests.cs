using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Connections.Frames;
using Parley.Server.Log;
using Xunit;

namespace Parley.Server.Tests.ApiDocs;

public sealed class AsyncApiTests(DescribedServer server) : IClassFixture<DescribedServer>
{
    [Fact]
    public async Task Every_frame_that_the_server_handles_is_described_in_it()
    {
        var document = await server.ReadAsync("/asyncapi.json");

        Assert.Equal("3.0.0", document["asyncapi"]!.GetValue<string>());
        Assert.Empty(DescribedServer.BrokenReferences(document));
        var frames = document["components"]!["messages"]!.AsObject()
            .Where(message => message.Key.StartsWith("frame.", StringComparison.Ordinal))
            .ToDictionary(message => message.Value!["name"]!.GetValue<string>(), message => message.Value!);
        var handled = server.Get<FrameTable>().Faces.Select(face => face.Meaning).ToList();
        Assert.True(handled.Count >= 14, $"Only {handled.Count} frames are handled.");
        Assert.All(handled, frame => Assert.EndsWith(".", frames[frame.Name]["summary"]!.GetValue<string>(), StringComparison.Ordinal));
        Assert.All(handled, frame => Assert.Equal(frame.Data is null, frame.Examples.Count == 0));
    }

    [Fact]
    public void The_feeds_of_the_examples_are_there()
    {
        var feeds = server.Get<IEnumerable<IFeedSource>>().Select(feed => feed.Name).ToArray();
        var example = Assert.Single(server.Get<FrameTable>().Faces.Single(face => face.Meaning.Name == FrameEvents.Subscribe).Meaning.Examples);
        var request = JsonSerializer.Deserialize(example.Json, WireJson.Strict.SubscribeRequest)!;
        Assert.All(request.Feeds!.Keys, feed => Assert.Contains(feed, feeds));
    }

    [Fact]
    public async Task Every_stream_and_socket_is_a_channel()
    {
        var addresses = (await server.ReadAsync("/asyncapi.json"))["channels"]!.AsObject().Select(channel => channel.Value!["address"]!.GetValue<string>()).ToArray();

        var streams = server.Endpoints.Select(endpoint => endpoint.RoutePattern.RawText!)
            .Where(path => path.StartsWith("/ws/", StringComparison.Ordinal) || path.StartsWith("/api/v1/sse/", StringComparison.Ordinal));
        Assert.Equal(streams.Order(StringComparer.Ordinal), addresses.Order(StringComparer.Ordinal));
    }
}
