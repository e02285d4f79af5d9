using Parley.Client;
using Parley.Protocol;
using Parley.Server.Tests.Agents;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Storms;

/// <summary>Agents as authors write them by mistake: each answers whatever it gets.</summary>
public sealed class TalkativeAgentsTests
{
    /// <summary>The clock never stands still: whatever an agent waits for before it tries again would not pass.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(50);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Agents_that_answer_each_other_forever_are_stopped_before_a_hundred_messages(int count)
    {
        await using var host = await ConceptHost.StartAsync();
        var admin = await host.TokenAsync(TokenKind.Admin);
        var agents = new List<ParleyAgent>();
        for (var i = 0; i < count; i++)
            agents.Add(await ConnectAsync(host, $"agent-{i}"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var answered = 0;

        var answering = agents.Select((agent, i) => AnswerAsync(agent, $"agent-{(i + 1) % count}")).ToList();
        await agents[0].SendAsync("agent-1", "Hello!", cancellationToken: Cancel);
        await Polling.UntilAsync(() => $"a storm after {answered} answers", async () =>
        {
            host.Clock.Advance(Moment);
            return (await host.StormsAsync(admin)) is [{ Status: StormStatus.Open }];
        });
        var storm = (await host.StormsAsync(admin))[0];
        await Polling.UntilAsync(() => "the held reply", async () =>
        {
            host.Clock.Advance(Moment);
            return (await host.StormAsync(admin, storm.StormId)).Held == 1;
        });
        Assert.InRange(answered, 50, 51);
        Assert.Equal(count, storm.Agents.Count);

        await stop.CancelAsync();
        await Task.WhenAll(answering);
        foreach (var agent in agents)
            await agent.DisposeAsync();

        async Task AnswerAsync(ParleyAgent agent, string next)
        {
            try
            {
                await foreach (var message in agent.ReceiveAsync(stop.Token))
                {
                    await message.ReplyAsync(new SendRequest { To = [next], Content = "Thank you!" }, stop.Token);
                    Interlocked.Increment(ref answered);
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        }
    }

    private static async Task<ParleyAgent> ConnectAsync(ConceptHost host, string id) => await ParleyAgent.ConnectAsync(
        new ParleyOptions { Url = host.Client.BaseAddress!.ToString(), AgentId = id, Token = await host.RegisterAsync(id), TimeProvider = host.Clock }, Cancel);
}
