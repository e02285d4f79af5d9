using System.Diagnostics;
using Parley.Client;
using Parley.Protocol;
using Xunit;

namespace Parley.EndToEnd.Tests.Nodes;

/// <summary>A node that is stopped while others go on.</summary>
public sealed class StoppingTests
{
    private const int Streams = 30;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    // Time is what is tested: by default a node has 10 s, and takes a quarter of them to let its guests go.
    [Fact]
    public async Task Its_streams_end_a_few_at_a_time_and_it_exits_within_10_s()
    {
        await using var fleet = await Fleet.StartAsync(2, Cancel);
        using var http = new HttpClient();
        var ends = new List<Task<TimeSpan>>();
        var time = Stopwatch.StartNew();
        for (var i = 0; i < Streams; i++)
            ends.Add(ReadAsync(await OpenAsync(http, fleet), time));
        // One that goes by itself meanwhile stops nobody.
        await using var api = fleet.Open();
        var agent = await api.Agents.RegisterAsync(new RegisterRequest { AgentId = "guest" }, Cancel);
        var guest = await ParleyAgent.ConnectAsync(new ParleyOptions { Url = fleet.Nodes[0].Url, Token = agent.Token, AgentId = "guest" }, Cancel);

        var begin = time.Elapsed;
        var stopping = fleet.Nodes[0].StopAsync();
        var first = await await Task.WhenAny(ends);
        await guest.DisposeAsync();
        var last = (await Task.WhenAll(ends)).Max();
        await stopping;

        Assert.True(last - first > TimeSpan.FromSeconds(1), $"All streams ended within {(last - first).TotalSeconds:0.00} s.");
        Assert.True(time.Elapsed - begin < TimeSpan.FromSeconds(10), $"The node took {(time.Elapsed - begin).TotalSeconds:0.0} s.");
        Assert.DoesNotContain("xception", fleet.Nodes[0].Words, StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient http, Fleet fleet)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{fleet.Nodes[0].Url}/api/v1/sse/project/default");
        request.Headers.Add("Authorization", $"Bearer {fleet.Token}");
        return (await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel)).EnsureSuccessStatusCode();
    }

    /// <returns>When it ended.</returns>
    private static async Task<TimeSpan> ReadAsync(HttpResponseMessage answer, Stopwatch time)
    {
        using (answer)
            await (await answer.Content.ReadAsStreamAsync(Cancel)).CopyToAsync(Stream.Null, Cancel);
        return time.Elapsed;
    }
}
